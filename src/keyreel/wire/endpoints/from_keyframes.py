"""The operations on keyframes: which images and prompts each takes, and how they become shots."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from keyreel.errors import ImageSizeOutOfRange
from keyreel.order import ImageRef, Operation, Order, Shot, Size, SoundOptions
from keyreel.wire.endpoints.fields import BoundedList, BoundedText, Flag, IntegerRange
from keyreel.wire.endpoints.generation import (
    Generation,
    RequestObject,
    VoiceId,
    map_indexed_paths,
    replace_indexed_sources,
)
from keyreel.wire.inputs.sources import ImageSource

_MIN_SIDE_RATIO: Final = Fraction(4, 5)
"""Of the start frame's side to the end frame's, and the reverse, as documented."""

StartImage = Annotated[
    tuple[ImageSource, ...],
    BoundedList(1, noun="images", empty_error="no_image"),
    # One image starts the video; further ones are validated, then dropped and named as ignored.
    AfterValidator(lambda images: images[:1]),
]


class Img2Video(Generation):
    """An image starts the video."""

    operation = Operation.IMG2VIDEO

    images: StartImage = Field(description="The first image starts the video.")
    prompt: Annotated[str, BoundedText(5000, needed=True)] = Field(description="What happens in the video.")
    duration: Annotated[int, IntegerRange(1, 10)] = Field(5, description="Length in seconds.")
    audio: Flag = Field(False, description="Add sound to the video.")  # noqa: FBT003 - a field's default
    voice_id: VoiceId = Field("", description="The voice for dialogue.")
    is_rec: Flag = Field(False, description="Replace the prompt with a recommended one.")  # noqa: FBT003 - a field's default

    @property
    def seconds(self) -> int:
        """The video's length in seconds."""
        return self.duration

    @property
    def sound(self) -> SoundOptions:
        """The sound that the video has."""
        return SoundOptions(music=self.bgm, ambience=self.audio, speech=self.audio, voice=self.voice_id)

    def get_input_sources(self) -> dict[str, str]:
        """Return the start frame."""
        return map_indexed_paths("images", self.images)

    def replace_input_sources(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return the start frame from elsewhere."""
        return {"images": replace_indexed_sources("images", self.images, sources)}

    def to_order(self, seed: int) -> Order:
        """Return one shot with a first keyframe."""
        return self.build_order(seed, Shot(self.prompt, self.duration, first=ImageRef(self.images[0])))


class StartEnd2Video(Generation):
    """An image starts the video and another one ends it; a lone one only starts it."""

    operation = Operation.START_END2VIDEO

    images: Annotated[tuple[ImageSource, ...], BoundedList(1, 2, noun="images", empty_error="no_image")] = (
        Field(description="The start frame and the end frame. A single image is the start frame.")
    )
    prompt: Annotated[str, BoundedText(2000)] = Field("", description="What happens in the video.")
    duration: Annotated[int, IntegerRange(1, 8)] = Field(5, description="Length in seconds.")
    is_rec: Flag = Field(False, description="Replace the prompt with a recommended one.")  # noqa: FBT003 - a field's default

    @property
    def seconds(self) -> int:
        """The video's length in seconds."""
        return self.duration

    def get_input_sources(self) -> dict[str, str]:
        """Return the start and end frames."""
        return map_indexed_paths("images", self.images)

    def replace_input_sources(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return the start and end frames from elsewhere."""
        return {"images": replace_indexed_sources("images", self.images, sources)}

    def check_sizes(self, sizes: Mapping[str, Size]) -> None:
        """Check that the start frame's width and height are 0.8 to 1.25 times the end frame's."""
        start, end = sizes.get("images[0]"), sizes.get("images[1]")
        if start is None or end is None:
            return
        pairs = ((start.width, end.width), (start.height, end.height))
        if not all(_MIN_SIDE_RATIO <= Fraction(*pair) <= 1 / _MIN_SIDE_RATIO for pair in pairs):
            message = (
                f"images: the start frame is {start}, the end frame {end}; width and height must each "
                "differ by a factor of 0.8 to 1.25."
            )
            raise ImageSizeOutOfRange(message, field="images")

    def to_order(self, seed: int) -> Order:
        """Return one shot between two keyframes, or with the first one alone."""
        first, *rest = (ImageRef(source) for source in self.images)
        shot = Shot(self.prompt, self.duration, first=first, last=rest[0] if rest else None)
        return self.build_order(seed, shot, operation=None if rest else Operation.IMG2VIDEO)


class KeyImage(RequestObject):
    """The end of one shot of a multiframe video."""

    key_image: ImageSource = Field(description="The last frame of this shot.")
    prompt: Annotated[str, BoundedText(5000)] = Field("", description="What happens in this shot.")
    duration: Annotated[int, IntegerRange(2, 7)] = Field(5, description="Length of the shot in seconds.")


class Multiframe(Generation):
    """A start frame, then shots that each end in their own keyframe."""

    operation = Operation.MULTIFRAME

    start_image: ImageSource = Field(description="The first frame.")
    image_settings: Annotated[tuple[KeyImage, ...], BoundedList(2, 9, noun="keyframes")] = Field(
        description="One entry per shot, in order."
    )

    @property
    def seconds(self) -> int:
        """The video's length in seconds."""
        return sum(setting.duration for setting in self.image_settings)

    def get_input_sources(self) -> dict[str, str]:
        """Return every keyframe, in time's order."""
        keys = enumerate(self.image_settings)
        return {"start_image": self.start_image} | {
            _format_key_image_path(index): key.key_image for index, key in keys
        }

    def replace_input_sources(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return every keyframe from elsewhere."""
        settings = tuple(
            key.model_copy(update={"key_image": sources.get(_format_key_image_path(index), key.key_image)})
            for index, key in enumerate(self.image_settings)
        )
        return {"start_image": sources.get("start_image", self.start_image), "image_settings": settings}

    def to_order(self, seed: int) -> Order:
        """Return a shot between every two neighbouring keyframes."""
        ends = pairwise([self.start_image, *(key.key_image for key in self.image_settings)])
        shots = (
            Shot(key.prompt, key.duration, ImageRef(first), ImageRef(last))
            for key, (first, last) in zip(self.image_settings, ends, strict=True)
        )
        return self.build_order(seed, *shots)


def _format_key_image_path(index: int) -> str:
    return f"image_settings[{index}].key_image"
