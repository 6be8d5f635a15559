"""The operation on a video: it goes on from its last frame, to an end frame where one is given."""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from keyreel.order import Corner, ImageRef, Operation, Order, Shot
from keyreel.wire.endpoints.fields import CornerName, Many, Text, Whole, broken
from keyreel.wire.endpoints.generation import Generation, listed, relisted
from keyreel.wire.inputs.sources import Address, Source, TaskNumber

SHORTEST_SECONDS: Final = 4
LONGEST_SECONDS: Final = 60
"""Between these lengths is a video that can be extended."""

_EITHER: Final = (
    f"must name a video of {SHORTEST_SECONDS} to {LONGEST_SECONDS} s, or video_creation_id its task"
)


class Extend(Generation):
    """A video goes on from its last frame, as fast and in the direction as it ended."""

    operation = Operation.EXTEND
    numbered_corners = False

    video_url: Address = Field(
        "", description="The video's address; MP4, MOV or WebM of 4 to 60 seconds and at most 100 MB."
    )
    video_creation_id: TaskNumber = Field(
        "",
        description="The id of a task of one's own, in whatever format it was made; counts before video_url.",
    )
    images: Annotated[tuple[Source, ...], Many(0, 1, noun="images")] = Field(
        (), description="The end frame, if there is to be one."
    )
    prompt: Annotated[str, Text(2000)] = Field("", description="What is to happen.")
    duration: Annotated[int, Whole(1, 7)] = Field(5, description="Seconds that are added.")
    wm_position: CornerName = Field(Corner.BOTTOM_LEFT, description="The mark's corner.")

    @model_validator(mode="after")
    def _names_a_video(self) -> Self:
        if not self.video_url and not self.video_creation_id:
            raise broken(_EITHER, "no_video", field="video_url")
        return self

    @property
    def seconds(self) -> int:
        """The length of what is added."""
        return self.duration

    @property
    def predecessor(self) -> str:
        """Where the video is."""
        return self.video_url

    @property
    def predecessor_task(self) -> str:
        """Which task made it."""
        return self.video_creation_id

    def after(self, stored: str) -> Self:
        """Return a copy that goes on from a stored file."""
        return self.model_copy(update={"video_url": stored})

    def inputs(self) -> dict[str, str]:
        """Return the end frame."""
        return listed("images", self.images)

    def moved_inputs(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return the end frame from elsewhere."""
        return {"images": relisted("images", self.images, sources)}

    def without_effect(self) -> tuple[str, ...]:
        """Name the address as well where the task's id counts before it."""
        passed_over = self.video_creation_id and self.video_url and "video_url" in self.model_fields_set
        return (*super().without_effect(), *(("video_url",) if passed_over else ()))

    def order(self, seed: int) -> Order:
        """Return one shot; the frames that it goes on from are known once the video is at hand."""
        last = ImageRef(self.images[0]) if self.images else None
        return self.ordered(seed, Shot(self.prompt, self.duration, last=last))
