"""Every documented limit of an endpoint, as values on both sides of it; derived from the catalogue alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from keyreel.conformance.images import build_image_data_uri
from keyreel.errors import (
    ImageSizeOutOfRange,
    ImageTooLarge,
    InvalidImage,
    InvalidRequest,
    ItemCountOutOfRange,
    MissingField,
    MissingImage,
)
from keyreel.order import Operation
from keyreel.wire.endpoints.fields import get_field_limits
from keyreel.wire.endpoints.from_keyframes import KeyImage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from keyreel.wire.endpoints.endpoint import Endpoint, ImageRules
    from keyreel.wire.json_types import Json

_SIDE: Final = 256
"""Pixels of a valid image's sides."""
_LARGE_THRESHOLD: Final = 100_000
"""Characters from which on a value is sent only where large ones are wanted."""
_WATERMARK: Final = frozenset({"wm_position"})
_IMAGES: Final = frozenset({"images", "start_image", "key_image"})


@dataclass(frozen=True, slots=True)
class LimitProbe:
    """One value of one field: on the good side of a limit, or just beyond it."""

    field: str
    description: str
    """What is probed, for people: "11", "5001 characters"."""
    fields: Json
    """The whole request's fields."""
    expected_error: type[InvalidRequest] | None = None
    """The error that is due; None for an allowed value."""
    large: bool = False
    concerns_image: bool = False
    """Whether it is a limit of an image itself; images are checked after all fields."""


@lru_cache(maxsize=256)
def _build_image(width: int, height: int) -> str:
    return build_image_data_uri(width, height)


def build_valid_fields(endpoint_class: type[Endpoint]) -> Json:
    """Return the fields of a request that breaks no rule, its images inside."""
    one = _build_image(_SIDE, _SIDE)
    subjects = "subjects" in endpoint_class.model_fields
    given: dict[Operation, Json] = {
        Operation.IMG2VIDEO: {"images": [one], "prompt": "A slow move."},
        Operation.START_END2VIDEO: {"images": [one, one], "prompt": "A slow move."},
        Operation.MULTIFRAME: {
            "start_image": one,
            "image_settings": [{"key_image": one}, {"key_image": one}],
        },
        Operation.REFERENCE2VIDEO: {"prompt": "@a walks.", "subjects": [{"id": "a", "images": [one]}]}
        if subjects
        else {"prompt": "@1 walks.", "images": [one]},
        Operation.TEXT2VIDEO: {"prompt": "A lighthouse at dusk."},
        Operation.TEMPLATE2VIDEO: {"template": "hugging", "images": [one]},
        Operation.EXTEND: {"video_url": "https://example.com/a.mp4"},
    }
    return given[endpoint_class.operation]


def iterate_probes(endpoint_class: type[Endpoint]) -> Iterator[LimitProbe]:
    """Yield every limit of every field, both sides where both exist."""
    base = build_valid_fields(endpoint_class)
    for name, field in endpoint_class.model_fields.items():
        if field.is_required():
            missing = MissingImage if name in _IMAGES else MissingField
            yield LimitProbe(name, "absent", {key: base[key] for key in base if key != name}, missing)
        marked = base | ({"watermark": True} if name in _WATERMARK else {})
        for value, description, error in _probe_values(
            endpoint_class, name, get_field_limits(endpoint_class, name)
        ):
            yield LimitProbe(name, description, marked | {name: value}, error, large=_is_large(value))
    if "image_settings" in endpoint_class.model_fields:
        yield from _probe_shots(base)
    yield from _probe_images(endpoint_class, base)


def _probe_shots(base: Json) -> Iterator[LimitProbe]:
    first, *rest = base["image_settings"]
    for name in ("duration", "prompt"):
        for value, description, error in _probe_values(KeyImage, name, get_field_limits(KeyImage, name)):
            fields = base | {"image_settings": [first | {name: value}, *rest]}
            yield LimitProbe(f"image_settings[0].{name}", description, fields, error, large=_is_large(value))
    yield LimitProbe(
        "image_settings[0].key_image", "absent", base | {"image_settings": [{}, *rest]}, MissingImage
    )


def _probe_values(
    object_class: type[BaseModel], name: str, schema: Json
) -> Iterator[tuple[Any, str, type[InvalidRequest] | None]]:
    """Yield each value, its description and the error that is due: at the rule's limits, and just beyond."""
    match schema.get("type"):
        case "integer" if "enum" in schema:
            yield from ((each, str(each), None) for each in schema["enum"])
            beyond = {each + step for each in schema["enum"] for step in (-1, 1)} - set(schema["enum"])
            yield from ((each, str(each), InvalidRequest) for each in sorted(beyond))
        case "integer":
            low, high = schema["minimum"], schema["maximum"]
            yield from ((each, str(each), None) for each in dict.fromkeys((low, high)))
            yield from ((each, str(each), InvalidRequest) for each in (low - 1, high + 1))
            yield "many", "a word", InvalidRequest
        case "string" if "enum" in schema:
            yield from ((word, word, None) for word in schema["enum"])
            yield "nonsense", "nonsense", InvalidRequest
        case "string" if "maxLength" in schema:
            yield from _probe_texts(schema, quoted=name == "meta_data")
        case "string" if name == "aspect_ratio":
            yield from ((word, word, None) for word in ("4:1", "1:4", "16:9"))
            yield from ((word, word, InvalidRequest) for word in ("4.01:1", "1:4.01", "wide"))
        case "boolean":
            yield from ((flag, str(flag).lower(), None) for flag in (True, False))
            yield "yes", "yes as text", InvalidRequest
        case _:
            yield from _probe_lists(object_class, name, schema)
            yield from _probe_special_fields(name)


def _probe_texts(schema: Json, *, quoted: bool) -> Iterator[tuple[Any, str, type[InvalidRequest] | None]]:
    """Yield texts; `quoted` ones are JSON."""
    most = schema["maxLength"]
    # A letter outside the basic plane: lengths are counted in characters, not in bytes or halves.
    yield f'"{"😀" * (most - 2)}"' if quoted else "😀" * most, f"{most} characters", None
    if quoted:
        yield '{"Label":', "broken JSON", InvalidRequest
    yield "x" * (most + 1), f"{most + 1} characters", InvalidRequest
    yield 5, "a number", InvalidRequest
    if schema.get("minLength"):
        yield "  ", "blank", InvalidRequest


def _probe_lists(
    object_class: type[BaseModel], name: str, schema: Json
) -> Iterator[tuple[Any, str, type[InvalidRequest] | None]]:
    if "minItems" not in schema:
        return
    low, high = schema["minItems"], schema.get("maxItems")
    entry: Any = {"image_settings": {"key_image": _build_image(_SIDE, _SIDE)}}.get(
        name, _build_image(_SIDE, _SIDE)
    )
    if name == "subjects" or (name == "images" and "subjects" in object_class.model_fields):
        return
    for count in dict.fromkeys((max(low, 1), high or max(low, 1))):
        yield [entry] * count, f"{count} entries", None
    if low:
        empty = MissingImage if name == "images" else ItemCountOutOfRange
        yield [entry] * (low - 1), f"{low - 1} entries", empty if low == 1 else ItemCountOutOfRange
    if high is not None:
        yield [entry] * (high + 1), f"{high + 1} entries", ItemCountOutOfRange


def _probe_special_fields(name: str) -> Iterator[tuple[Any, str, type[InvalidRequest] | None]]:
    """Yield the values of fields whose rules are more than a schema says."""
    if name == "seed":
        yield from ((each, str(each), None) for each in (0, -1, 2**31 - 1, 2**64 - 1))
        yield from ((each, str(each), InvalidRequest) for each in (2**64, 1.5, "many"))
    if name == "wm_position":
        yield from ((each, str(each), None) for each in (1, 4, "top_left", "bottom-right"))
        yield from ((each, str(each), InvalidRequest) for each in (0, 5, "middle"))
    if name == "callback_url":
        yield "https://example.com/done", "a URL", None
        yield "ftp://example.com/done", "an ftp URL", InvalidRequest


def _probe_images(endpoint_class: type[Endpoint], base: Json) -> Iterator[LimitProbe]:
    """Yield the limits of the first image itself."""
    name = next((each for each in ("images", "start_image", "subjects") if each in base), "")
    if not name:
        return
    path = {"images": "images[0]", "subjects": "subjects[0].images[0]"}.get(name, name)
    rules: ImageRules = endpoint_class.image_rules  # type: ignore[attr-defined] # every generation has it
    for source, description, error in _probe_image_sources(rules):
        fields = base | {name: _replace_image(base[name], source)}
        yield LimitProbe(path, description, fields, error, large=_is_large(source), concerns_image=True)
    if endpoint_class.operation is Operation.START_END2VIDEO:
        for height, error in ((125, None), (126, ImageSizeOutOfRange)):
            pair = base | {"images": [_build_image(100, 100), _build_image(100, height)]}
            yield LimitProbe("images", f"100x100 and 100x{height}", pair, error, concerns_image=True)


def _probe_image_sources(rules: ImageRules) -> Iterator[tuple[str, str, type[InvalidRequest] | None]]:
    least = max(rules.min_side, 32)
    if rules.widest:
        yield _build_image(least * rules.widest, least), f"ratio {rules.widest}:1", None
        yield (
            _build_image(least * rules.widest + 1, least),
            f"ratio above {rules.widest}:1",
            ImageSizeOutOfRange,
        )
        yield (
            _build_image(least, least * rules.widest + 1),
            f"ratio below 1:{rules.widest}",
            ImageSizeOutOfRange,
        )
    if rules.min_side > 1:
        yield _build_image(rules.min_side, rules.min_side), f"{rules.min_side} pixels wide", None
        yield (
            _build_image(rules.min_side - 1, rules.min_side),
            f"{rules.min_side - 1} pixels wide",
            ImageSizeOutOfRange,
        )
    yield "data:image/png;base64," + "QUJD" * 40, "text in place of an image", InvalidImage
    if rules.max_inline_bytes < rules.max_bytes:
        most = rules.max_inline_bytes
        yield build_image_data_uri(_SIDE, _SIDE, size_bytes=most), f"{most} bytes", None
        yield build_image_data_uri(_SIDE, _SIDE, size_bytes=most + 1), f"{most + 1} bytes", ImageTooLarge


def _replace_image(there: Any, source: str) -> Any:
    """Replace the first image of a field."""
    if isinstance(there, str):
        return source
    first, *rest = there
    if isinstance(first, dict):
        return [first | {"images": [source]}, *rest]
    # Two frames must fit each other: the same image is both.
    return [source for _ in there]


def _is_large(value: Any) -> bool:
    return isinstance(value, str) and len(value) > _LARGE_THRESHOLD
