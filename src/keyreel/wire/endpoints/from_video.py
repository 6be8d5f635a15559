"""The operation on a video: it is extended from its last frame, to an end frame where one is given."""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from keyreel.order import Corner, ImageRef, Operation, Order, Shot
from keyreel.wire.endpoints.fields import BoundedList, BoundedText, CornerName, IntegerRange, make_rule_error
from keyreel.wire.endpoints.generation import Generation, map_indexed_paths, replace_indexed_sources
from keyreel.wire.inputs.sources import HttpUrl, ImageSource, TaskIdText

MIN_SOURCE_SECONDS: Final = 4
MAX_SOURCE_SECONDS: Final = 60
"""Lengths between which a video can be extended, inclusive; as documented."""

_MISSING_VIDEO_RULE: Final = (
    f"must be the URL of a video of {MIN_SOURCE_SECONDS} to {MAX_SOURCE_SECONDS} s, or set "
    "video_creation_id to its task"
)


class Extend(Generation):
    """A video goes on from its last frame, as fast and in the direction as it ended."""

    operation = Operation.EXTEND
    numbered_corners = False

    video_url: HttpUrl = Field(
        "", description="URL of the video: MP4, MOV, or WebM of 4 to 60 seconds and at most 100 MB."
    )
    video_creation_id: TaskIdText = Field(
        "",
        description="ID of one of your tasks, from any format. Takes precedence over video_url.",
    )
    images: Annotated[tuple[ImageSource, ...], BoundedList(0, 1, noun="images")] = Field(
        (), description="Optional end frame."
    )
    prompt: Annotated[str, BoundedText(2000)] = Field("", description="What happens in the video.")
    duration: Annotated[int, IntegerRange(1, 7)] = Field(5, description="Seconds to add.")
    wm_position: CornerName = Field(Corner.BOTTOM_LEFT, description="Corner of the watermark.")

    @model_validator(mode="after")
    def _check_has_video(self) -> Self:
        if not self.video_url and not self.video_creation_id:
            raise make_rule_error(_MISSING_VIDEO_RULE, "no_video", field="video_url")
        return self

    @property
    def seconds(self) -> int:
        """Seconds that are added."""
        return self.duration

    @property
    def extend_source(self) -> str:
        """The URL of the video to extend."""
        return self.video_url

    @property
    def extend_source_task_id(self) -> str:
        """The id of the task that made the video to extend."""
        return self.video_creation_id

    def with_extend_source(self, stored: str) -> Self:
        """Return a copy that extends a stored file."""
        return self.model_copy(update={"video_url": stored})

    def get_input_sources(self) -> dict[str, str]:
        """Return the end frame."""
        return map_indexed_paths("images", self.images)

    def replace_input_sources(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return the end frame from elsewhere."""
        return {"images": replace_indexed_sources("images", self.images, sources)}

    def list_ignored_fields(self) -> tuple[str, ...]:
        """Name `video_url` as well where `video_creation_id` takes precedence."""
        passed_over = self.video_creation_id and self.video_url and "video_url" in self.model_fields_set
        return (*super().list_ignored_fields(), *(("video_url",) if passed_over else ()))

    def to_order(self, seed: int) -> Order:
        """Return one shot; its first frame is known once the video is fetched."""
        last = ImageRef(self.images[0]) if self.images else None
        return self.build_order(seed, Shot(self.prompt, self.duration, last=last))
