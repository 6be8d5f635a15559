"""The interface of endpoints: one model doing one operation, as a frozen class of validated fields."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from keyreel.order import Resolution
from keyreel.pricing import Purchase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.order import Operation, Order, Size
    from keyreel.task import TaskState

MEGABYTE = 1_000_000
"""Bytes; the documented limits are decimal."""
UNDER_10_MEGABYTES = 10 * MEGABYTE - 1
"""Bytes of the largest file that is "less than 10 MB", as documented of images in some models' requests."""


@dataclass(frozen=True, slots=True)
class ImageRules:
    """The limits of one image field, all inclusive; bytes are of the file, sides are pixels."""

    max_bytes: int = 50 * MEGABYTE
    max_inline_bytes: int = 50 * MEGABYTE
    """For images inside the request, decoded."""
    data_uri_only: bool = False
    """Inline images need the `data:image/…;base64,` prefix."""
    min_side: int = 1
    widest: int | None = 4
    """Widest and (inverted) tallest ratio; None for no limit."""
    keep_alpha: bool = False


class Endpoint(BaseModel):
    """One model doing one operation. Instances are validated requests, in no dialect's terms."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    family: ClassVar[str]
    """The model, for example "q2-pro"."""
    operation: ClassVar[Operation]

    resolution: Resolution = Resolution.P720
    """The frame's size class."""
    payload: str = ""
    """Passed through to the result."""

    @classmethod
    def name(cls) -> str:
        """Return the catalogue's name, for example "q2-pro-img2video"."""
        return f"{cls.family}-{cls.operation.value.replace('_', '-')}"

    def to_documented_fields(self) -> dict[str, Any]:
        """Return the fields that were given, in the spelling of the hosted service's page."""
        return self.model_dump(mode="json", exclude_unset=True, exclude_none=True)

    @abstractmethod
    def to_order(self, seed: int) -> Order:
        """Return the order, with this seed (1 … 2**31 - 1)."""

    @property
    @abstractmethod
    def seconds(self) -> int:
        """The video's length in seconds."""

    @property
    def is_off_peak(self) -> bool:
        """Whether it may wait until the server has nothing else to do, and costs less for it."""
        return False

    @property
    def has_recommended_prompt(self) -> bool:
        """Whether a recommended prompt takes the place of the client's."""
        return False

    @property
    def webhook_url(self) -> str:
        """The URL to which the task's events are delivered; empty for none."""
        return ""

    def get_webhook_urls(self) -> dict[str, str]:
        """Map each field that holds the webhook's URL to it."""
        return {}

    @property
    def test_mode_state(self) -> TaskState | None:
        """In test mode, the final state that is simulated; None for a real task."""
        return None

    @property
    def wants_draft(self) -> bool:
        """Whether a draft is made first, and the video once that is approved."""
        return False

    def with_draft(self) -> Self:
        """Return a copy that wants a draft."""
        raise NotImplementedError

    @property
    def extend_source(self) -> str:
        """The video to extend: a URL or a reference to a stored file; empty for none."""
        return ""

    @property
    def extend_source_task_id(self) -> str:
        """The id of the task whose video to extend; empty for none."""
        return ""

    def with_extend_source(self, stored: str) -> Self:
        """Return a copy that extends a stored file; only for endpoints that extend videos."""
        raise NotImplementedError

    def to_billable(self) -> Purchase:
        """Return what the price depends on."""
        return Purchase(
            self.family,
            self.operation,
            self.resolution,
            self.seconds,
            self.is_off_peak,
            self.has_recommended_prompt,
        )

    @property
    @abstractmethod
    def chosen_seed(self) -> int | None:
        """The seed the client chose, 1 … 2**31 - 1; None for a random one."""

    @abstractmethod
    def get_image_sources(self) -> dict[str, str]:
        """Map each given image field ("images[0]") to its source: URL, data URI, base64 or asset."""

    @abstractmethod
    def with_image_sources(self, sources: Mapping[str, str]) -> Self:
        """Return a copy with other sources; keys as in `get_image_sources`."""

    @abstractmethod
    def get_image_rules(self, path: str) -> ImageRules:
        """Return the limits of the image field at this path."""

    @abstractmethod
    def check_sizes(self, sizes: Mapping[str, Size]) -> None:
        """Check rules between images, on those whose size is known.

        Raises:
            ImageSizeOutOfRange: two images do not fit each other.
        """

    @abstractmethod
    def list_ignored_fields(self) -> tuple[str, ...]:
        """Name the fields whose values have no effect."""
