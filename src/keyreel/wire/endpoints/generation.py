"""What all requests for a video have in common: seed, size class, watermark, webhook, pass-through fields."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic_core import from_json

from keyreel.order import (
    Amplitude,
    Corner,
    ImageRef,
    Operation,
    Order,
    Resolution,
    Shot,
    Size,
    SoundOptions,
    Subject,
    Watermark,
)
from keyreel.task import TaskState
from keyreel.wire.endpoints.endpoint import Endpoint, ImageRules
from keyreel.wire.endpoints.fields import (
    PAYLOAD_LENGTH,
    BoundedText,
    CornerName,
    Flag,
    MovementAmplitude,
    OneOf,
    Seed,
    make_rule_error,
    parse_boolean,
)
from keyreel.wire.inputs.sources import TRUSTED_CONTEXT_KEY, HttpUrl, ImageSource

_TEST_MODE_STATES: Final = {
    "TASK_STATUS_SUCCEED": TaskState.SUCCEEDED,
    "TASK_STATUS_FAILED": TaskState.FAILED,
}
_CORNERS: Final = (Corner.TOP_LEFT, Corner.TOP_RIGHT, Corner.BOTTOM_RIGHT, Corner.BOTTOM_LEFT)

ResolutionName = Annotated[Resolution, OneOf(("540p", "720p", "1080p"))]
VoiceId = Annotated[str, BoundedText(256)]


def _check_json_text(text: str, info: ValidationInfo) -> str:
    """Check that a client's text is JSON; text in stored rows was accepted once and stays."""
    if text and not (info.context and info.context.get(TRUSTED_CONTEXT_KEY)):
        try:
            from_json(text, allow_inf_nan=False)
        except ValueError:
            raise make_rule_error('must be JSON as a string, for example {"Label": "1"}') from None
    return text


class RequestObject(BaseModel):
    """An object inside a request. Null counts as absent, and so does "" where a field may be."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _drop_absent_fields(cls, data: Any) -> Any:
        return drop_absent_fields(cls, data) if isinstance(data, dict) else data


class TestMode(RequestObject):
    """Test mode: nothing is made or charged, and an event with the chosen final state is sent."""

    enabled: Flag = False
    return_task_status: Annotated[str, OneOf(tuple(_TEST_MODE_STATES))] = "TASK_STATUS_SUCCEED"


class Webhook(RequestObject):
    """Where to report the end of a task, in the structure of `/v3/async`."""

    url: HttpUrl = ""
    test_mode: TestMode | None = None


_NO_WEBHOOK: Final = Webhook.model_construct()


class Extra(RequestObject):
    """The `extra` object of `/v3/async` requests."""

    webhook: Webhook | None = None
    draft: Flag = False


class Generation(Endpoint):
    """A request for one video."""

    high_for_large: ClassVar[bool] = False
    """Whether the hosted service's page of this endpoint spells the largest movement "high"."""
    numbered_corners: ClassVar[bool] = True
    """Whether the hosted service's page of this endpoint numbers the watermark's corners."""
    image_rules: ClassVar[ImageRules] = ImageRules()

    seed: Seed = Field(None, description="The same seed gives the same video. 0, -1, or absent: random.")
    resolution: ResolutionName = Field(Resolution.P720, description="Size class of the frame.")
    movement_amplitude: MovementAmplitude = Amplitude.AUTO
    bgm: Flag = Field(False, description="Add background music.")  # noqa: FBT003 - a field's default
    off_peak: Flag = Field(False, description="Half the price, within 48 hours. Ignored with audio.")  # noqa: FBT003 - a field's default
    watermark: Flag = Field(False, description="Add a visible watermark.")  # noqa: FBT003 - a field's default
    wm_url: ImageSource | None = Field(None, description="Image of the watermark. Default: a text.")
    wm_position: CornerName = Field(Corner.BOTTOM_RIGHT, description="Corner of the watermark.")
    payload: Annotated[str, BoundedText(PAYLOAD_LENGTH)] = Field(
        "", description="Your own data, returned in results."
    )
    meta_data: Annotated[str, BoundedText(PAYLOAD_LENGTH), AfterValidator(_check_json_text)] = Field(
        "", description="AIGC identifier as a JSON string, embedded verbatim. Default: Keyreel's own."
    )
    callback_url: HttpUrl = Field("", description="URL for webhooks of the task.")
    extra: Extra | None = Field(
        None, description="Can contain `webhook.url`, the same as `callback_url`, and `draft`."
    )

    @model_validator(mode="before")
    @classmethod
    def _drop_absent_fields(cls, data: Any) -> Any:
        """Drop what counts as absent: nulls, empty optional fields, a mark's fields without the mark."""
        if not isinstance(data, dict):
            return data
        given = drop_absent_fields(cls, data)
        if not parse_boolean(given.get("watermark")):
            given.pop("wm_url", None)
            given.pop("wm_position", None)
        return given

    @property
    def chosen_seed(self) -> int | None:
        """The seed the client chose; None for a random one."""
        return self.seed

    @property
    def sound(self) -> SoundOptions:
        """The sound that the video has."""
        return SoundOptions(music=self.bgm)

    @property
    def is_off_peak(self) -> bool:
        """Whether off-peak is requested and possible: with audio it is not."""
        return self.off_peak and not (self.sound.ambience or self.sound.speech)

    @property
    def has_recommended_prompt(self) -> bool:
        """Whether `is_rec` is set, where the operation has it."""
        return bool(getattr(self, "is_rec", False))

    @property
    def webhook_url(self) -> str:
        """The webhook's URL, by either name."""
        return self.callback_url or self._webhook.url

    def get_webhook_urls(self) -> dict[str, str]:
        """Map `callback_url` or `extra.webhook.url`, whichever counts, to the URL in it."""
        field = "callback_url" if self.callback_url else "extra.webhook.url"
        return {field: self.webhook_url} if self.webhook_url else {}

    @property
    def test_mode_state(self) -> TaskState | None:
        """The final state that test mode simulates."""
        mode = self._webhook.test_mode
        return _TEST_MODE_STATES[mode.return_task_status] if mode and mode.enabled else None

    @property
    def wants_draft(self) -> bool:
        """Whether `extra.draft` is set."""
        return bool(self.extra and self.extra.draft)

    def with_draft(self) -> Self:
        """Return a copy with `extra.draft`."""
        extra = (self.extra or Extra()).model_copy(update={"draft": True})
        return self.model_copy(update={"extra": extra})

    @property
    def _webhook(self) -> Webhook:
        return (self.extra and self.extra.webhook) or _NO_WEBHOOK

    def get_input_sources(self) -> dict[str, str]:
        """Map each image field but the watermark's to its source."""
        raise NotImplementedError

    def replace_input_sources(self, sources: Mapping[str, str]) -> dict[str, object]:
        """Return the fields that hold images, with other sources."""
        raise NotImplementedError

    def get_image_sources(self) -> dict[str, str]:
        """Map each given image field ("images[0]") to its source."""
        return self.get_input_sources() | ({"wm_url": self.wm_url} if self.wm_url else {})

    def with_image_sources(self, sources: Mapping[str, str]) -> Self:
        """Return a copy with other sources; keys as in `get_image_sources`."""
        moved = self.replace_input_sources(sources)
        if self.wm_url:
            moved["wm_url"] = sources.get("wm_url", self.wm_url)
        return self.model_copy(update=moved)

    def get_image_rules(self, path: str) -> ImageRules:
        """Return the limits of the image field at this path."""
        return ImageRules(widest=None, keep_alpha=True) if path == "wm_url" else self.image_rules

    def check_sizes(self, sizes: Mapping[str, Size]) -> None:
        """Check nothing: most operations take images of any sizes side by side."""

    def list_ignored_fields(self) -> tuple[str, ...]:
        """Name the fields whose values have no effect."""
        named: list[str] = []
        if self.off_peak and not self.is_off_peak:
            named.append("off_peak")
        if getattr(self, "voice_id", "") and not self.sound.speech:
            named.append("voice_id")
        prompt: object = getattr(self, "prompt", "")
        if self.has_recommended_prompt and prompt:
            named.append("prompt")
        # A task has one webhook: where two URLs are given, `callback_url` counts.
        second = self._webhook.url not in {"", self.webhook_url}
        return (*named, "extra.webhook.url") if second else tuple(named)

    def to_documented_fields(self) -> dict[str, Any]:
        """Return the fields that were given, in the spelling of the hosted service's page."""
        given = super().to_documented_fields()
        if self.high_for_large and given.get("movement_amplitude") == "large":
            given["movement_amplitude"] = "high"
        if self.numbered_corners and "wm_position" in given:
            given["wm_position"] = _CORNERS.index(self.wm_position) + 1
        return given

    def build_order(
        self,
        seed: int,
        *shots: Shot,
        operation: Operation | None = None,
        subjects: Iterable[Subject] = (),
        size: Size | None = None,
    ) -> Order:
        """Return the order of these shots, with all that requests have in common."""
        mark = Watermark(self.wm_position, ImageRef(self.wm_url) if self.wm_url else None)
        return Order(
            operation=operation or self.operation,
            model=self.family,
            shots=shots,
            resolution=self.resolution,
            seed=seed,
            subjects=tuple(subjects),
            size=size,
            amplitude=self.movement_amplitude,
            watermark=mark if self.watermark else None,
            sound=self.sound,
            label=self.meta_data,
        )


def drop_absent_fields(object_class: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that are given: null means absent throughout this API family.

    So does "" for an optional field: programs send whatever a form has left empty.
    """
    optional = _list_optional_fields(object_class)
    return {
        name: value
        for name, value in data.items()
        if value is not None and not (isinstance(value, str) and not value and name in optional)
    }


@cache
def _list_optional_fields(object_class: type[BaseModel]) -> frozenset[str]:
    # The classes of objects in requests are some dozens, and every request asks.
    return frozenset(name for name, field in object_class.model_fields.items() if not field.is_required())


def map_indexed_paths(name: str, sources: Iterable[str]) -> dict[str, str]:
    """Map `name[0]`, `name[1]`, … to the sources."""
    return {f"{name}[{index}]": source for index, source in enumerate(sources)}


def replace_indexed_sources(name: str, old: Iterable[str], sources: Mapping[str, str]) -> tuple[str, ...]:
    """Return a list of images with other sources, the counterpart of `map_indexed_paths`."""
    return tuple(sources.get(path, source) for path, source in map_indexed_paths(name, old).items())
