"""The operations: which pictures and words each takes, and how they become shots. Models narrow limits."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import AfterValidator, Field, ModelWrapValidatorHandler, model_validator

from keyreel.errors import ImageSizeOutOfRange
from keyreel.order import Operation, Order, Picture, Shot, Size, Sound, Subject, frame_size
from keyreel.wire.fields import Flag, Many, RatioText, Text, Whole, broken, shape
from keyreel.wire.generation import Generation, Part, Voice, listed, relisted
from keyreel.wire.sources import Source

_CLOSEST: Final = Fraction(4, 5)
_MOST_IMAGES: Final = 7
_MOST_OF_A_SUBJECT: Final = 3

StartImage = Annotated[
    tuple[Source, ...],
    Many(1, noun="images", kind="no_image"),
    # One picture starts the video; further ones are checked like it and then left aside.
    AfterValidator(lambda images: images[:1]),
]


class Img2Video(Generation):
    """A picture starts the video."""

    operation = Operation.IMG2VIDEO

    images: StartImage = Field(description="The first one starts the video.")
    prompt: Annotated[str, Text(5000, needed=True)] = Field(description="What is to happen.")
    duration: Annotated[int, Whole(1, 10)] = Field(5, description="Seconds.")
    audio: Flag = Field(False, description="Add sound to the video.")  # noqa: FBT003 - a field's default
    voice_id: Voice = Field("", description="The voice of spoken words.")
    is_rec: Flag = Field(False, description="Use a recommended prompt instead.")  # noqa: FBT003 - a field's default

    @property
    def seconds(self) -> int:
        """The video's length."""
        return self.duration

    @property
    def sound(self) -> Sound:
        """What is to be heard."""
        return Sound(music=self.bgm, audio=self.audio, voice=self.voice_id)

    def inputs(self) -> dict[str, str]:
        """Return the start frame."""
        return listed("images", self.images)

    def moved_inputs(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return the start frame from elsewhere."""
        return {"images": relisted("images", self.images, sources)}

    def order(self, seed: int) -> Order:
        """Return one shot with a first keyframe."""
        return self.ordered(seed, Shot(self.prompt, self.duration, first=Picture(self.images[0])))


class StartEnd2Video(Generation):
    """A picture starts the video and another one ends it; a lone one only starts it."""

    operation = Operation.START_END2VIDEO

    images: Annotated[tuple[Source, ...], Many(1, 2, noun="images", kind="no_image")] = Field(
        description="The start frame and the end frame; one alone is a start frame."
    )
    prompt: Annotated[str, Text(2000)] = Field("", description="What is to happen.")
    duration: Annotated[int, Whole(1, 8)] = Field(5, description="Seconds.")
    is_rec: Flag = Field(False, description="Use a recommended prompt instead.")  # noqa: FBT003 - a field's default

    @property
    def seconds(self) -> int:
        """The video's length."""
        return self.duration

    def inputs(self) -> dict[str, str]:
        """Return the start and end frames."""
        return listed("images", self.images)

    def moved_inputs(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return the start and end frames from elsewhere."""
        return {"images": relisted("images", self.images, sources)}

    def check_sizes(self, sizes: Mapping[str, Size]) -> None:
        """Check that the start frame's sides and area are 0.8 to 1.25 times the end frame's."""
        start, end = sizes.get("images[0]"), sizes.get("images[1]")
        if start is None or end is None:
            return
        pairs = ((start.width, end.width), (start.height, end.height), (start.pixels, end.pixels))
        if not all(_CLOSEST <= Fraction(*pair) <= 1 / _CLOSEST for pair in pairs):
            message = (
                f"images: the start frame is {start}, the end frame {end}; "
                "width, height and area of the one must be 0.8 to 1.25 times the other's."
            )
            raise ImageSizeOutOfRange(message, field="images")

    def order(self, seed: int) -> Order:
        """Return one shot between two keyframes, or with the first one alone."""
        first, *rest = (Picture(source) for source in self.images)
        shot = Shot(self.prompt, self.duration, first=first, last=rest[0] if rest else None)
        return self.ordered(seed, shot, operation=None if rest else Operation.IMG2VIDEO)


class KeyImage(Part):
    """The end of one shot of a multiframe video."""

    key_image: Source = Field(description="The frame that ends this shot.")
    prompt: Annotated[str, Text(5000)] = Field("", description="What is to happen until then.")
    duration: Annotated[int, Whole(2, 7)] = Field(5, description="The shot's seconds.")


class Multiframe(Generation):
    """A start frame, then shots that each end in their own keyframe."""

    operation = Operation.MULTIFRAME

    start_image: Source = Field(description="The first frame.")
    image_settings: Annotated[tuple[KeyImage, ...], Many(2, 9, noun="keyframes")] = Field(
        description="One entry for each shot, in time's order."
    )

    @property
    def seconds(self) -> int:
        """The video's length."""
        return sum(setting.duration for setting in self.image_settings)

    def inputs(self) -> dict[str, str]:
        """Return every keyframe, in time's order."""
        keys = enumerate(self.image_settings)
        return {"start_image": self.start_image} | {_key_path(index): key.key_image for index, key in keys}

    def moved_inputs(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return every keyframe from elsewhere."""
        settings = tuple(
            key.model_copy(update={"key_image": sources.get(_key_path(index), key.key_image)})
            for index, key in enumerate(self.image_settings)
        )
        return {"start_image": sources.get("start_image", self.start_image), "image_settings": settings}

    def order(self, seed: int) -> Order:
        """Return a shot between every two neighbouring keyframes."""
        ends = pairwise([self.start_image, *(key.key_image for key in self.image_settings)])
        shots = (
            Shot(key.prompt, key.duration, Picture(first), Picture(last))
            for key, (first, last) in zip(self.image_settings, ends, strict=True)
        )
        return self.ordered(seed, *shots)


class Reference2Video(Generation):
    """Characters and objects from pictures appear in a new scene."""

    operation = Operation.REFERENCE2VIDEO
    sizes: ClassVar[Mapping[str, Size]] = {}
    """Frames of fixed size by ratio; ratios that are not in it follow the resolution's area."""

    prompt: Annotated[str, Text(5000, needed=True)] = Field(
        description="What is to happen; @name means a subject."
    )
    duration: Annotated[int, Whole(1, 10)] = Field(5, description="Seconds.")
    aspect_ratio: RatioText = Field("16:9", description="The frame's width:height.")

    @property
    def seconds(self) -> int:
        """The video's length."""
        return self.duration

    @property
    def size(self) -> Size:
        """The frame's size."""
        return self.sizes.get(self.aspect_ratio) or frame_size(self.resolution, shape(self.aspect_ratio))

    def subjects_shown(self) -> tuple[Subject, ...]:
        """Return the characters and objects."""
        raise NotImplementedError

    def order(self, seed: int) -> Order:
        """Return one shot without keyframes, with the subjects."""
        subjects = self.subjects_shown()
        return self.ordered(seed, Shot(self.prompt, self.duration), subjects=subjects, size=self.size)


class ImageReference2Video(Reference2Video):
    """Every picture is a subject of its own: `@1`, `@2` and so on."""

    images: Annotated[tuple[Source, ...], Many(1, 7, noun="images", kind="no_image")] = Field(
        description="The subjects."
    )

    def inputs(self) -> dict[str, str]:
        """Return the subjects' pictures."""
        return listed("images", self.images)

    def moved_inputs(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return the subjects' pictures from elsewhere."""
        return {"images": relisted("images", self.images, sources)}

    def subjects_shown(self) -> tuple[Subject, ...]:
        """Return a subject for each picture."""
        return _one_each(self.images, first=1)


class SubjectImages(Part):
    """A subject of a request: what prompts call it, how it looks and sounds."""

    id: Annotated[str, Text(256)] = Field("", description="Prompts call it @id; absent, @1, @2 and so on.")
    images: Annotated[tuple[Source, ...], Many(1, noun="images", kind="no_image")] = Field(
        description="Views of the subject; the first three count."
    )
    voice_id: Voice = Field("", description="The voice it speaks with.")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        """Take `name` for `id`, and numbers as names."""
        if not isinstance(data, dict):
            return data
        name = data.get("id")
        if name is None or name == "":
            name = data.get("name")
        return data | {"id": str(name) if isinstance(name, int) and not isinstance(name, bool) else name}


class SubjectReference2Video(Reference2Video):
    """Subjects have names and several views. A flat list of pictures is taken as well, a subject each."""

    subjects: Annotated[tuple[SubjectImages, ...], Many(0, noun="subjects")] = Field(
        (), description="The characters and objects; seven images count in all."
    )
    images: Annotated[tuple[Source, ...], Many(0, noun="images")] = Field(
        (), description="Further subjects, one for each image."
    )
    audio: Flag = Field(False, description="Add sound to the video.")  # noqa: FBT003 - a field's default

    @model_validator(mode="wrap")
    @classmethod
    def _first_seven(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Leave aside what the model does not look at: past seven images, past three of one subject."""
        made = handler(data)
        if not made.subjects and not made.images:
            raise broken("must hold at least 1 subject with an image", "no_subject")
        left, kept = _MOST_IMAGES, list[SubjectImages]()
        for subject in made.subjects:
            views = subject.images[: min(left, _MOST_OF_A_SUBJECT)]
            left -= len(views)
            if views:
                kept.append(subject.model_copy(update={"images": views}))
        looked_at = {"subjects": tuple(kept), "images": made.images[:left]}
        # Only what was given stays "given".
        return made.model_copy(
            update={name: looked_at[name] for name in made.model_fields_set & {*looked_at}}
        )

    @property
    def sound(self) -> Sound:
        """What is to be heard, in the first voice given."""
        voice = next((subject.voice_id for subject in self.subjects if subject.voice_id), "")
        return Sound(music=self.bgm, audio=self.audio, voice=voice)

    def inputs(self) -> dict[str, str]:
        """Return every view of every subject."""
        views = {
            path: source
            for index, subject in enumerate(self.subjects)
            for path, source in listed(_views_path(index), subject.images).items()
        }
        return views | listed("images", self.images)

    def moved_inputs(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return every view of every subject from elsewhere."""
        subjects = tuple(
            subject.model_copy(update={"images": relisted(_views_path(index), subject.images, sources)})
            for index, subject in enumerate(self.subjects)
        )
        return {"subjects": subjects, "images": relisted("images", self.images, sources)}

    def without_effect(self) -> tuple[str, ...]:
        """Name the voices as well."""
        voices = (f"subjects[{index}].voice_id" for index, each in enumerate(self.subjects) if each.voice_id)
        return (*super().without_effect(), *voices)

    def subjects_shown(self) -> tuple[Subject, ...]:
        """Return the named subjects, then one for each flat picture."""
        named = tuple(
            Subject(each.id or str(number), tuple(map(Picture, each.images)), each.voice_id)
            for number, each in enumerate(self.subjects, start=1)
        )
        return named + _one_each(self.images, first=len(named) + 1)


def _one_each(images: tuple[str, ...], *, first: int) -> tuple[Subject, ...]:
    return tuple(Subject(str(number), (Picture(image),)) for number, image in enumerate(images, start=first))


def _key_path(index: int) -> str:
    return f"image_settings[{index}].key_image"


def _views_path(index: int) -> str:
    return f"subjects[{index}].images"
