"""The operations on text: a described video, and a template filled with images."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from keyreel.order import ImageRef, Operation, Order, Shot, Size, Subject, compute_frame_size
from keyreel.wire.endpoints.fields import (
    BoundedList,
    BoundedText,
    IntegerRange,
    OneOf,
    RatioText,
    parse_aspect_ratio,
)
from keyreel.wire.endpoints.generation import Generation, map_indexed_paths, replace_indexed_sources
from keyreel.wire.inputs.sources import ImageSource


class Text2Video(Generation):
    """A description becomes a video."""

    operation = Operation.TEXT2VIDEO
    sizes: ClassVar[Mapping[str, Size]] = {}
    """Frames of fixed size by ratio; ratios that are not in it follow the resolution's area."""

    prompt: Annotated[str, BoundedText(5000, needed=True)] = Field(
        description="What the video shows, and what happens."
    )
    duration: Annotated[int, IntegerRange(1, 10)] = Field(5, description="Length in seconds.")
    aspect_ratio: RatioText = Field("16:9", description="Aspect ratio of the frame, width:height.")
    style: Annotated[str, OneOf(("general", "anime"))] = Field("general", description="The look.")

    @property
    def seconds(self) -> int:
        """The video's length in seconds."""
        return self.duration

    def list_ignored_fields(self) -> tuple[str, ...]:
        """Name the style as well, where it is not the general one: orders have none."""
        return (*super().list_ignored_fields(), *(("style",) if self.style != "general" else ()))

    def get_input_sources(self) -> dict[str, str]:
        """Return none: there are no images."""
        return {}

    def replace_input_sources(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return none: there are no images."""
        del sources
        return {}

    def to_order(self, seed: int) -> Order:
        """Return one shot without keyframes."""
        size = self.sizes.get(self.aspect_ratio) or compute_frame_size(
            self.resolution, parse_aspect_ratio(self.aspect_ratio)
        )
        return self.build_order(seed, Shot(self.prompt, self.duration), size=size)


class Template2Video(Generation):
    """A prepared effect is applied to images."""

    operation = Operation.TEMPLATE2VIDEO

    template: Annotated[str, BoundedText(256, needed=True)] = Field(description="Name of the effect.")
    images: Annotated[tuple[ImageSource, ...], BoundedList(1, 7, noun="images", empty_error="no_image")] = (
        Field(description="Image that the effect is applied to.")
    )
    prompt: Annotated[str, BoundedText(5000)] = Field("", description="What happens in the video.")
    aspect_ratio: RatioText = Field("16:9", description="Aspect ratio of the frame, width:height.")
    area: Annotated[str, BoundedText(256)] = Field("", description="A place, for templates with several.")
    beast: Annotated[str, BoundedText(256)] = Field("", description="A creature, for templates with several.")

    @property
    def seconds(self) -> int:
        """The video's length: templates have their own, of which five seconds is the usual one."""
        return 5

    @property
    def size(self) -> Size:
        """The frame's size."""
        return compute_frame_size(self.resolution, parse_aspect_ratio(self.aspect_ratio))

    def get_input_sources(self) -> dict[str, str]:
        """Return the images."""
        return map_indexed_paths("images", self.images)

    def replace_input_sources(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return the images from elsewhere."""
        return {"images": replace_indexed_sources("images", self.images, sources)}

    def to_order(self, seed: int) -> Order:
        """Return one shot whose prompt names the template first."""
        words = ", ".join(word for word in (self.template, self.area, self.beast, self.prompt) if word)
        subjects = (
            Subject(str(number), (ImageRef(image),)) for number, image in enumerate(self.images, start=1)
        )
        return self.build_order(seed, Shot(words, self.seconds), subjects=subjects, size=self.size)
