"""The operation on references: subjects from images, in one shot of a new scene."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import Field, ModelWrapValidatorHandler, model_validator

from keyreel.mentions import find_unknown_mentions, rename_mentions
from keyreel.order import ImageRef, Operation, Order, Shot, Size, SoundOptions, Subject, compute_frame_size
from keyreel.wire.endpoints.fields import (
    BoundedList,
    BoundedText,
    Flag,
    IntegerRange,
    RatioText,
    make_rule_error,
    parse_aspect_ratio,
)
from keyreel.wire.endpoints.generation import (
    Generation,
    RequestObject,
    VoiceId,
    map_indexed_paths,
    replace_indexed_sources,
)
from keyreel.wire.inputs.sources import ImageSource

_MAX_IMAGES: Final = 7
_MAX_SUBJECT_IMAGES: Final = 3
"""Of a request and of one subject, as documented; further ones are ignored."""


class Reference2Video(Generation):
    """Characters and objects from images appear in a new scene."""

    operation = Operation.REFERENCE2VIDEO
    sizes: ClassVar[Mapping[str, Size]] = {}
    """Frames of fixed size by ratio; ratios that are not in it follow the resolution's area."""

    prompt: Annotated[str, BoundedText(5000, needed=True)] = Field(
        description="What happens in the video. Refer to subjects as @name or image 1."
    )
    duration: Annotated[int, IntegerRange(1, 10)] = Field(5, description="Length in seconds.")
    aspect_ratio: RatioText = Field("16:9", description="Aspect ratio of the frame, width:height.")

    @property
    def seconds(self) -> int:
        """The video's length in seconds."""
        return self.duration

    @property
    def size(self) -> Size:
        """The frame's size."""
        return self.sizes.get(self.aspect_ratio) or compute_frame_size(
            self.resolution, parse_aspect_ratio(self.aspect_ratio)
        )

    def build_subjects(self) -> tuple[Subject, ...]:
        """Return the characters and objects."""
        raise NotImplementedError

    def normalize_prompt(self) -> str:
        """Return the prompt, with each subject mentioned by its one name."""
        return self.prompt

    def list_ignored_fields(self) -> tuple[str, ...]:
        """Name the mentions in the prompt, such as @9, that match no subject as well."""
        names = [subject.name for subject in self.build_subjects()]
        numbers = map(str, range(1, len(names) + 1))
        lost = find_unknown_mentions(self.normalize_prompt(), (*names, *numbers))
        return (*super().list_ignored_fields(), *(f"prompt[{call}]" for call in lost))

    def to_order(self, seed: int) -> Order:
        """Return one shot without keyframes, with the subjects."""
        shot = Shot(self.normalize_prompt(), self.seconds)
        return self.build_order(seed, shot, subjects=self.build_subjects(), size=self.size)


class ImageReference2Video(Reference2Video):
    """Every image is a subject of its own: `@1`, `@2` and so on."""

    images: Annotated[tuple[ImageSource, ...], BoundedList(1, 7, noun="images", empty_error="no_image")] = (
        Field(description="The subjects.")
    )

    def get_input_sources(self) -> dict[str, str]:
        """Return the subjects' images."""
        return map_indexed_paths("images", self.images)

    def replace_input_sources(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return the subjects' images from elsewhere."""
        return {"images": replace_indexed_sources("images", self.images, sources)}

    def normalize_prompt(self) -> str:
        """Return the prompt, with every image mentioned as `@` and its number."""
        numbers = map(str, range(1, len(self.images) + 1))
        return rename_mentions(self.prompt, {number: number for number in numbers})

    def build_subjects(self) -> tuple[Subject, ...]:
        """Return a subject for each image."""
        return _build_single_image_subjects(self.images, first=1)


class SubjectImages(RequestObject):
    """A subject of a request: its name in prompts, its images, and its voice."""

    id: Annotated[str, BoundedText(256)] = Field(
        "", description="Name in prompts, as @id. Default: @1, @2, and so on."
    )
    name: Annotated[str, BoundedText(256)] = Field("", description="Alternative name in prompts, as @name.")
    images: Annotated[tuple[ImageSource, ...], BoundedList(1, noun="images", empty_error="no_image")] = Field(
        description="Views of the subject. Only the first three are used."
    )
    voice_id: VoiceId = Field("", description="The subject's voice.")

    @model_validator(mode="before")
    @classmethod
    def _accept_integer_names(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        names = {key: str(data[key]) for key in ("id", "name") if type(data.get(key)) is int}
        return data | names


class SubjectReference2Video(Reference2Video):
    """Subjects have names and several views. A flat list of images is taken as well, a subject each."""

    subjects: Annotated[tuple[SubjectImages, ...], BoundedList(0, noun="subjects")] = Field(
        (), description="Characters and objects, with up to seven images in total."
    )
    images: Annotated[tuple[ImageSource, ...], BoundedList(0, noun="images")] = Field(
        (), description="Further subjects, one per image."
    )
    audio: Flag = Field(False, description="Add sound to the video.")  # noqa: FBT003 - a field's default

    @model_validator(mode="wrap")
    @classmethod
    def _keep_first_seven_images(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Drop the images that the model does not use: past seven in all, past three of one subject."""
        made = handler(data)
        if not made.subjects and not made.images:
            raise make_rule_error(
                "must have at least 1 subject with an image", "no_subject", field="subjects"
            )
        left, kept = _MAX_IMAGES, list[SubjectImages]()
        for subject in made.subjects:
            views = subject.images[: min(left, _MAX_SUBJECT_IMAGES)]
            left -= len(views)
            if views:
                kept.append(subject.model_copy(update={"images": views}))
        looked_at = {"subjects": tuple(kept), "images": made.images[:left]}
        # Only what was given stays "given".
        return made.model_copy(
            update={name: looked_at[name] for name in made.model_fields_set & {*looked_at}}
        )

    @property
    def sound(self) -> SoundOptions:
        """The sound that the video has, in the first voice given."""
        voice = next((subject.voice_id for subject in self.subjects if subject.voice_id), "")
        return SoundOptions(music=self.bgm, ambience=self.audio, speech=self.audio, voice=voice)

    def get_input_sources(self) -> dict[str, str]:
        """Return every view of every subject."""
        views = {
            path: source
            for index, subject in enumerate(self.subjects)
            for path, source in map_indexed_paths(_format_images_path(index), subject.images).items()
        }
        return views | map_indexed_paths("images", self.images)

    def replace_input_sources(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return every view of every subject from elsewhere."""
        subjects = tuple(
            subject.model_copy(
                update={
                    "images": replace_indexed_sources(_format_images_path(index), subject.images, sources)
                }
            )
            for index, subject in enumerate(self.subjects)
        )
        return {"subjects": subjects, "images": replace_indexed_sources("images", self.images, sources)}

    def list_ignored_fields(self) -> tuple[str, ...]:
        """Name the voices as well, where there is no speech."""
        mute = self.subjects if not self.sound.speech else ()
        voices = (f"subjects[{index}].voice_id" for index, each in enumerate(mute) if each.voice_id)
        return (*super().list_ignored_fields(), *voices)

    def build_subjects(self) -> tuple[Subject, ...]:
        """Return the named subjects, then one for each flat image."""
        named = tuple(
            Subject(name, tuple(map(ImageRef, each.images)), each.voice_id)
            for name, each in zip(self._get_subject_names(), self.subjects, strict=True)
        )
        return named + _build_single_image_subjects(self.images, first=len(named) + 1)

    def normalize_prompt(self) -> str:
        """Return the prompt, with every @name and number in place of a subject's id replaced by @id."""
        names = self._get_subject_names()
        others = [(each.name, str(number)) for number, each in enumerate(self.subjects, start=1)]
        meant = {other: name for name, pair in zip(names, others, strict=True) for other in pair if other}
        flat = map(str, range(len(names) + 1, len(names) + len(self.images) + 1))
        return rename_mentions(
            self.prompt, {each: each for each in flat} | meant | {each: each for each in names}
        )

    def _get_subject_names(self) -> list[str]:
        return [each.id or each.name or str(number) for number, each in enumerate(self.subjects, start=1)]


def _build_single_image_subjects(images: tuple[str, ...], *, first: int) -> tuple[Subject, ...]:
    return tuple(Subject(str(number), (ImageRef(image),)) for number, image in enumerate(images, start=first))


def _format_images_path(index: int) -> str:
    return f"subjects[{index}].images"
