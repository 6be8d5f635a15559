"""The list of models that clients of OpenAI-style APIs request, with limits and prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from keyreel.order import Resolution
from keyreel.pricing import USD_PER_CREDIT, Purchase
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.endpoints.fields import get_field_limits
from keyreel.wire.endpoints.from_keyframes import KeyImage
from keyreel.wire.endpoints.naming import format_model_name, format_operation_name
from keyreel.wire.requests.examples import build_example_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from keyreel.pricing import PriceTable
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

    MakerLookup = Callable[[type[Endpoint]], Mapping[str, bool]]
    """Finds the engines that make an endpoint's videos, by name, and whether each is healthy."""


def list_models(prices: PriceTable, find_makers: MakerLookup) -> Json:
    """List every model with its operations."""
    names = dict.fromkeys(map(format_model_name, ENDPOINTS))
    return {"object": "list", "data": [describe_model(name, prices, find_makers) for name in names]}


def describe_model(name: str, prices: PriceTable, find_makers: MakerLookup) -> Json:
    """Describe one of the models."""
    endpoint_classes = [each for each in ENDPOINTS if format_model_name(each) == name]
    operations = [_build_operation_entry(each, prices, find_makers(each)) for each in endpoint_classes]
    return {
        "id": name,
        "object": "model",
        "created": 0,
        "owned_by": "keyreel",
        "available": any(each["available"] for each in operations),
        "usd_per_credit": str(USD_PER_CREDIT),
        "operations": operations,
    }


def list_durations(endpoint_class: type[Endpoint]) -> tuple[int, ...]:
    """Return every length in seconds that a video of this endpoint may have, shortest first."""
    schema, shots = (
        get_field_limits(endpoint_class, "duration"),
        get_field_limits(endpoint_class, "image_settings"),
    )
    if shots:
        one = get_field_limits(KeyImage, "duration")
        return (*range(shots["minItems"] * one["minimum"], shots["maxItems"] * one["maximum"] + 1),)
    if not schema:
        return (build_example_request(endpoint_class).seconds,)
    able = schema.get("enum") or range(schema["minimum"], schema["maximum"] + 1)
    return tuple(seconds for seconds in able if seconds > 0)


def _build_operation_entry(
    endpoint_class: type[Endpoint], prices: PriceTable, makers: Mapping[str, bool]
) -> Json:
    sizes = [Resolution(word) for word in get_field_limits(endpoint_class, "resolution")["enum"]]
    return {
        "operation": format_operation_name(endpoint_class),
        "endpoint": endpoint_class.name(),
        "description": (endpoint_class.__doc__ or "").strip(),
        "available": bool(makers),
        "engines": [*makers],
        "healthy": any(makers.values()),
        "ids": {
            each.name: each.format_model_id(endpoint_class)
            for each in DIALECTS
            if each.supports(endpoint_class)
        },
        "limits": _build_limits(endpoint_class),
        "credits": {
            size.value: _price_durations(endpoint_class, size, list_durations(endpoint_class), prices)
            for size in sizes
        },
    }


def _price_durations(
    endpoint_class: type[Endpoint], size: Resolution, seconds: Iterable[int], prices: PriceTable
) -> dict[str, int]:
    """Return the price by seconds."""
    return {
        str(each): prices.compute_price(Purchase(endpoint_class.family, endpoint_class.operation, size, each))
        for each in seconds
        if _is_duration_allowed(endpoint_class, size, each)
    }


def _is_duration_allowed(endpoint_class: type[Endpoint], size: Resolution, seconds: int) -> bool:
    """Return whether a size class allows a length: it matters only where lengths are a choice of a few."""
    if "enum" not in get_field_limits(endpoint_class, "duration"):
        return True
    try:
        endpoint_class.model_validate(
            build_example_request(endpoint_class).to_documented_fields()
            | {"resolution": size.value, "duration": seconds}
        )
    except ValidationError:
        return False
    return True


def _build_limits(endpoint_class: type[Endpoint]) -> Json:
    shots = get_field_limits(endpoint_class, "image_settings")
    images = get_field_limits(endpoint_class, "images")
    prompt, ratio = (
        get_field_limits(endpoint_class, "prompt"),
        get_field_limits(endpoint_class, "aspect_ratio"),
    )
    seconds = list_durations(endpoint_class)
    span: Json = {"min": seconds[0], "max": seconds[-1]}
    if len(seconds) <= seconds[-1] - seconds[0]:
        span["choices"] = [*seconds]
    found: Json = {"seconds": span, "resolutions": get_field_limits(endpoint_class, "resolution")["enum"]}
    if shots:
        found["keyframes"] = {"min": shots["minItems"], "max": shots["maxItems"]}
        one = get_field_limits(KeyImage, "duration")
        found["seconds_of_a_shot"] = {"min": one["minimum"], "max": one["maximum"]}
    if images:
        found["images"] = {"min": images["minItems"], "max": images.get("maxItems")}
    if prompt:
        found["prompt_characters"] = prompt["maxLength"]
    if ratio:
        found["aspect_ratios"] = ratio.get("enum", "any from 1:4 to 4:1")
    return found
