"""What a server offers, as the list of models that clients of OpenAI-style APIs ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from keyreel.errors import UnknownEndpoint
from keyreel.order import Resolution
from keyreel.pricing import USD_PER_CREDIT, Purchase
from keyreel.wire.dialects.native_family.responses import model_name, operation_word
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.endpoints.fields import Many, Rule
from keyreel.wire.endpoints.from_keyframes import KeyImage
from keyreel.wire.requests.examples import example

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic import BaseModel

    from keyreel.pricing import PriceTable
    from keyreel.wire.dialects.dialect import Json
    from keyreel.wire.endpoints.endpoint import Endpoint


def model_list(prices: PriceTable, able: Callable[[type[Endpoint]], bool]) -> Json:
    """List every model with its operations; `able` says whether an engine here makes an endpoint's videos."""
    names = dict.fromkeys(map(model_name, ENDPOINTS))
    return {"object": "list", "data": [_model(name, prices, able) for name in names]}


def model(name: str, prices: PriceTable, able: Callable[[type[Endpoint]], bool]) -> Json:
    """Describe one model.

    Raises:
        UnknownEndpoint: there is none of this name.
    """
    if name not in map(model_name, ENDPOINTS):
        raise UnknownEndpoint(f"model: got {name[:64]!r}; there is no such model here.", field="model")
    return _model(name, prices, able)


def lengths(kind: type[Endpoint]) -> tuple[int, ...]:
    """Return every length in seconds that a video of this endpoint may have, shortest first."""
    schema, shots = limits(kind, "duration"), limits(kind, "image_settings")
    if shots:
        one = limits(KeyImage, "duration")
        return (*range(shots["minItems"] * one["minimum"], shots["maxItems"] * one["maximum"] + 1),)
    if not schema:
        return (example(kind).seconds,)
    able = schema.get("enum") or range(schema["minimum"], schema["maximum"] + 1)
    return tuple(seconds for seconds in able if seconds > 0)


def limits(kind: type[BaseModel], name: str) -> Json:
    """Return a field's limits as a JSON schema; empty where there is no such field or no limit."""
    field = kind.model_fields.get(name)
    rules = [each for each in field.metadata if isinstance(each, Rule)] if field else []
    if not rules:
        return {}
    rule = rules[0]
    if isinstance(rule, Many):
        return {"minItems": rule.low} | ({} if rule.high is None else {"maxItems": rule.high})
    return rule.schema()


def _model(name: str, prices: PriceTable, able: Callable[[type[Endpoint]], bool]) -> Json:
    kinds = [kind for kind in ENDPOINTS if model_name(kind) == name]
    operations = [_operation(kind, prices, able=able(kind)) for kind in kinds]
    return {
        "id": name,
        "object": "model",
        "created": 0,
        "owned_by": "keyreel",
        "available": any(each["available"] for each in operations),
        "usd_per_credit": str(USD_PER_CREDIT),
        "operations": operations,
    }


def _operation(kind: type[Endpoint], prices: PriceTable, *, able: bool) -> Json:
    sizes = [Resolution(word) for word in limits(kind, "resolution")["enum"]]
    return {
        "operation": operation_word(kind),
        "endpoint": kind.name(),
        "description": (kind.__doc__ or "").strip(),
        "available": able,
        "ids": {each.name: each.model_id(kind) for each in DIALECTS if each.offers(kind)},
        "limits": _limits(kind),
        "credits": {size.value: _prices(kind, size, lengths(kind), prices) for size in sizes},
    }


def _prices(
    kind: type[Endpoint], size: Resolution, seconds: Iterable[int], prices: PriceTable
) -> dict[str, int]:
    """Return the price by seconds."""
    return {
        str(each): prices.compute_price(Purchase(kind.family, kind.operation, size, each))
        for each in seconds
        if _goes(kind, size, each)
    }


def _goes(kind: type[Endpoint], size: Resolution, seconds: int) -> bool:
    """Say whether a length may be had in a size: only where lengths are picked from a few does it matter."""
    if "enum" not in limits(kind, "duration"):
        return True
    try:
        kind.model_validate(example(kind).documented() | {"resolution": size.value, "duration": seconds})
    except ValidationError:
        return False
    return True


def _limits(kind: type[Endpoint]) -> Json:
    shots = limits(kind, "image_settings")
    pictures = limits(kind, "images")
    prompt, ratio = limits(kind, "prompt"), limits(kind, "aspect_ratio")
    seconds = lengths(kind)
    span: Json = {"min": seconds[0], "max": seconds[-1]}
    if len(seconds) <= seconds[-1] - seconds[0]:
        span["choices"] = [*seconds]
    found: Json = {"seconds": span, "resolutions": limits(kind, "resolution")["enum"]}
    if shots:
        found["keyframes"] = {"min": shots["minItems"], "max": shots["maxItems"]}
        one = limits(KeyImage, "duration")
        found["seconds_of_a_shot"] = {"min": one["minimum"], "max": one["maximum"]}
    if pictures:
        found["images"] = {"min": pictures["minItems"], "max": pictures.get("maxItems")}
    if prompt:
        found["prompt_characters"] = prompt["maxLength"]
    if ratio:
        found["aspect_ratios"] = ratio.get("enum", "any from 1:4 to 4:1")
    return found
