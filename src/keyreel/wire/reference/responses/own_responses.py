"""The JSON bodies of Keyreel's own routes for everybody and for API keys; knows no handler."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads annotations at run time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from keyreel.order import Resolution  # noqa: TC001 - pydantic reads annotations at run time

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A moment, as ISO 8601 with its offset from UTC."""
Usd = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]+$")]
"""US dollars, as decimal digits."""
Count = Annotated[int, Field(ge=0)]


class OwnResponse(BaseModel):
    """A JSON object of exactly these names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_json(self) -> dict[str, Any]:
        """Return the body, its names in the order of the fields."""
        return self.model_dump(mode="json")


class ServerIndex(OwnResponse):
    """The server's name, and where to submit in each format."""

    name: Literal["keyreel"]
    version: str
    submit: Mapping[str, str]
    """Path by format."""
    models: str
    tasks: str
    """Where a task of any format is found; a server that has this makes drafts."""
    reference: str
    openapi: str


class Liveness(OwnResponse):
    """The process runs."""

    status: Literal["ok"]
    version: str


class PartHealth(OwnResponse):
    """Whether a component works. `detail` says what is wrong."""

    ok: bool
    detail: str


class Readiness(OwnResponse):
    """Whether tasks can be stored: `status` is "ok" while every part works."""

    status: Literal["ok", "unavailable"]
    worker: bool
    queued: Count | None
    """Null while the database cannot be read."""
    checks: Mapping[str, PartHealth]
    """The parts "database" and "storage", each written and read for this answer or within the last second."""


class OpenApiDocument(OwnResponse):
    """An OpenAPI 3.1 document."""

    openapi: Annotated[str, Field(pattern=r"^3\.1\.")]
    info: Mapping[str, str]
    servers: tuple[Mapping[str, str], ...]
    security: tuple[Mapping[str, tuple[str, ...]], ...]
    tags: tuple[Mapping[str, str], ...]
    paths: Mapping[str, Mapping[str, Any]]
    components: Mapping[str, Mapping[str, Any]]


class CountRange(OwnResponse):
    """A closed interval of whole numbers. `max` is null if there is no maximum."""

    min: Count
    max: Count | None


class DurationRange(OwnResponse):
    """Lengths in seconds: only `choices` if present, otherwise every whole number of the interval."""

    min: Count
    max: Count
    choices: tuple[int, ...] = Field(default_factory=tuple)


class ModelLimits(OwnResponse):
    """What an operation accepts. A limit is absent if the operation has no such field."""

    seconds: DurationRange
    resolutions: tuple[Resolution, ...]
    keyframes: CountRange = Field(default_factory=lambda: CountRange(min=0, max=None))
    seconds_of_a_shot: CountRange = Field(default_factory=lambda: CountRange(min=0, max=None))
    images: CountRange = Field(default_factory=lambda: CountRange(min=0, max=None))
    prompt_characters: Count = Field(default_factory=int)
    aspect_ratios: tuple[str, ...] | str = Field(default_factory=tuple)


class ModelOperation(OwnResponse):
    """One endpoint: a model doing one operation, with its limits and prices."""

    operation: str
    endpoint: str
    description: str
    available: bool
    engines: tuple[str, ...]
    """Those that make it here, by name."""
    healthy: bool
    """Whether one of them works now, as far as they can tell."""
    ids: Mapping[str, str]
    """What each format calls it."""
    limits: ModelLimits
    credits: Mapping[str, Mapping[str, Count]]
    """Price by resolution and seconds."""


class ModelEntry(OwnResponse):
    """One model with its operations."""

    id: str
    object: Literal["model"]
    created: Literal[0]
    owned_by: Literal["keyreel"]
    available: bool
    usd_per_credit: Usd
    operations: tuple[ModelOperation, ...]


class ModelListing(OwnResponse):
    """All models."""

    object: Literal["list"]
    data: tuple[ModelEntry, ...]


class VoiceEntry(OwnResponse):
    """A voice for requests."""

    id: str
    name: str
    language: Literal["en", "zh"]
    gender: Literal["female", "male"]
    available: bool


class VoiceListing(RootModel[tuple[VoiceEntry, ...]]):
    """All voices."""


class RequestProblem(OwnResponse):
    """A rule that a request breaks. `got` is empty if the field is empty."""

    field: str
    error: str
    got: str
    rule: str
    message: str


class Price(OwnResponse):
    """A price in credits and in US dollars."""

    credits: Count
    usd: Usd


class RequestVerdict(OwnResponse):
    """The validation of a request. Unknown values are null."""

    valid: bool
    model: str
    available: bool
    problems: tuple[RequestProblem, ...]
    ignored: tuple[str, ...]
    seconds: int | None
    resolution: Resolution | None
    price: Price | None


class Quote(OwnResponse):
    """What a request would cost, and when its video would be ready."""

    model: str
    seconds: Count
    resolution: Resolution
    off_peak: bool
    credits: Count
    usd: Usd
    off_peak_credits: Count | None
    off_peak_usd: Usd | None
    tasks_ahead: Count
    expected_start: Instant
    seconds_until_start: Count
    seconds_until_done: Annotated[int, Field(ge=1)]


class Balance(OwnResponse):
    """Balance of a tenant (negative: to be paid), its stored bytes, and its quota (null: none)."""

    tenant: str
    credits: int
    held: Count
    usd: Usd
    prepaid: bool
    stored_bytes: Count
    storage_bytes: Count | None


class SpendableCredits(OwnResponse):
    """Credits of a key's tenant."""

    balance: int | None
    """Those that are left; null where the tenant pays afterwards, and for the admin token."""
    held: Count
    """Set aside for tasks that have not ended."""
    prepaid: bool


class KeyDescription(OwnResponse):
    """The scopes and the tenant of the request's key."""

    tenant: str | None
    """Null for the admin token, which acts for no tenant."""
    key_id: str | None
    scopes: tuple[Literal["submit", "read", "admin"], ...]
    operator: bool
    """Whether the routes below /v1/admin answer it."""
    credits: SpendableCredits


class EngineState(OwnResponse):
    """An engine in use: what it makes, and its health."""

    name: str
    healthy: bool | None
    """Null where it cannot tell: it is taken to be well."""
    detail: str
    """That it does not work, where it does not; what exactly is wrong is for operators."""
    operations: tuple[str, ...]
    models: tuple[str, ...]
    slots: Count
    """How many tasks it makes at a time."""


class EngineStates(OwnResponse):
    """The engines in use."""

    engines: tuple[EngineState, ...]


class UploadView(OwnResponse):
    """An uploaded image. Use `uri` for an image in any request, in every format."""

    id: str
    uri: str
    url: str
    """Where it can be read, for as long as other links."""
    width: Count
    height: Count
    media_type: Literal["image/png", "image/jpeg", "image/webp"]
    bytes: Count
    expires_at: Instant | None
    """When it is deleted unless a request names it before; null for never."""


class SignatureFindings(OwnResponse):
    """A file's C2PA signature and its validity."""

    state: Literal["trusted", "valid", "invalid", "none"]
    signer: str
    generator: str
    producer: str
    task_id: str
    source: str
    failures: tuple[str, ...]


class LabelFindings(OwnResponse):
    """The implicit labels in a file's metadata."""

    aigc: Mapping[str, str] | None
    text: str
    xmp: Mapping[str, str] | None
    source: str


class VideoMatch(OwnResponse):
    """A task whose video matches or resembles a file. Likeness 1.0 looks identical."""

    task_id: str
    likeness: Annotated[float, Field(ge=0, le=1)]
    same_file: bool


class FileFindings(OwnResponse):
    """Whether a file is untouched, why, and what it contains."""

    verdict: Literal["untouched", "altered", "unknown"]
    reason: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    credentials: SignatureFindings
    label: LabelFindings
    tasks: tuple[VideoMatch, ...]


EXAMPLE_VERDICT: Final[Json] = {
    "valid": False,
    "model": "q2-pro-img2video",
    "available": True,
    "problems": [
        {
            "field": "duration",
            "error": "InvalidRequest",
            "got": "11",
            "rule": "must be a whole number from 1 to 10",
            "message": "duration: got 11; must be a whole number from 1 to 10.",
        }
    ],
    "ignored": [],
    "seconds": None,
    "resolution": None,
    "price": None,
}
EXAMPLE_BALANCE: Final[Json] = {
    "tenant": "default",
    "credits": 975,
    "held": 25,
    "usd": "4.875",
    "prepaid": True,
}
