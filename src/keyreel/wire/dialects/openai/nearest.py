"""The values of an endpoint that come nearest to a requested length and size in pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import gcd, log
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from keyreel.order import Resolution, Size, compute_frame_size
from keyreel.wire.endpoints.fields import get_field_limits, parse_aspect_ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

_COMMON_RATIOS: Final = ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9")
_RATIO_TOLERANCE: Final = Fraction(1, 50)
"""A size within 2 % of a common aspect ratio has that ratio: sizes are rounded to multiples of 8."""

_WIDEST: Final = 4
"""Width over height of the widest frame; its inverse is the tallest."""
_FITTED_FIELDS: Final = frozenset({"duration", "resolution", "aspect_ratio"})


@dataclass(frozen=True, slots=True)
class FitTarget:
    """The requested length in seconds and size in pixels; None where the request leaves the choice."""

    seconds: int | None = None
    size: Size | None = None


@dataclass(frozen=True, slots=True)
class EndpointFit:
    """An endpoint with the values that come nearest to a target, and what differs from it."""

    endpoint_class: type[Endpoint]
    values: Json
    changed: tuple[str, ...] = ()
    distance: float = 0.0


def find_nearest_fit(
    endpoint_classes: Sequence[type[Endpoint]], fields: Json, target: FitTarget
) -> EndpointFit:
    """Choose the endpoint that comes nearest to the target, and its values; the first of equals.

    `fields` are the request's other fields; where they break a rule of every endpoint, the first endpoint's
    values are returned, and validation will name the rule.
    """
    fits = [fit for each in endpoint_classes for fit in _find_valid_fit(each, fields, target)]
    return (
        min(fits, key=lambda fit: fit.distance)
        if fits
        else EndpointFit(endpoint_classes[0], _first_values(endpoint_classes[0], target))
    )


def _find_valid_fit(endpoint_class: type[Endpoint], fields: Json, target: FitTarget) -> Iterable[EndpointFit]:
    """Yield the nearest values that go together, if any do."""
    for values in _rank_values(endpoint_class, fields, target):
        try:
            made = endpoint_class.model_validate(fields | values)
        except ValidationError as error:
            if any(
                each["loc"] and each["loc"][0] not in _FITTED_FIELDS
                for each in error.errors(include_url=False)
            ):
                return
            continue
        yield replace(_measure_fit(made, target), values=values)
        return


def _measure_fit(request: Endpoint, target: FitTarget) -> EndpointFit:
    """Measure how far a request is from the target; a frame that follows an image has no known size."""
    changed: list[str] = []
    distance = 0.0
    if target.seconds is not None and request.seconds != target.seconds:
        changed.append("seconds")
        distance += abs(request.seconds - target.seconds)
    if target.size is not None:
        frame = request.to_order(1).size
        if frame != target.size:
            changed.append("size")
        distance += _measure_area_distance(
            frame or compute_frame_size(request.resolution, target.size.aspect_ratio), target.size
        )
    return EndpointFit(type(request), {}, tuple(changed), distance)


def _rank_values(endpoint_class: type[Endpoint], fields: Json, target: FitTarget) -> list[Json]:
    """List the values to try, nearest first."""
    seconds = (
        []
        if "duration" in fields
        else [{"duration": each} for each in _rank_durations(endpoint_class, target)]
    )
    able = [] if "resolution" in fields else _rank_resolutions(endpoint_class, target)
    sizes = [{"resolution": each.value} for each in able]
    ratio = {} if "aspect_ratio" in fields else _choose_aspect_ratio(endpoint_class, target)
    return [one | other | ratio for one, other in product(seconds or [{}], sizes or [{}])]


def _first_values(endpoint_class: type[Endpoint], target: FitTarget) -> Json:
    return _rank_values(endpoint_class, {}, target)[0]


def _rank_durations(endpoint_class: type[Endpoint], target: FitTarget) -> list[int]:
    schema = get_field_limits(endpoint_class, "duration")
    if target.seconds is None or not schema:
        return []
    wanted_seconds = target.seconds
    able = schema.get("enum") or range(schema["minimum"], schema["maximum"] + 1)
    return sorted((each for each in able if each > 0), key=lambda each: abs(each - wanted_seconds))


def _rank_resolutions(endpoint_class: type[Endpoint], target: FitTarget) -> list[Resolution]:
    if target.size is None:
        return []
    wanted_size = target.size
    able = [Resolution(word) for word in get_field_limits(endpoint_class, "resolution").get("enum", [])]
    return sorted(
        able,
        key=lambda each: _measure_area_distance(
            compute_frame_size(each, wanted_size.aspect_ratio), wanted_size
        ),
    )


def _choose_aspect_ratio(endpoint_class: type[Endpoint], target: FitTarget) -> Json:
    schema = get_field_limits(endpoint_class, "aspect_ratio")
    if target.size is None or not schema:
        return {}
    wanted_size = target.size
    if "enum" in schema:
        return {
            "aspect_ratio": min(
                schema["enum"],
                key=lambda word: _measure_ratio_distance(parse_aspect_ratio(word), wanted_size.aspect_ratio),
            )
        }
    usual = min(
        _COMMON_RATIOS,
        key=lambda word: _measure_ratio_distance(parse_aspect_ratio(word), wanted_size.aspect_ratio),
    )
    if abs(wanted_size.aspect_ratio / parse_aspect_ratio(usual) - 1) <= _RATIO_TOLERANCE:
        return {"aspect_ratio": usual}
    if not Fraction(1, _WIDEST) <= wanted_size.aspect_ratio <= _WIDEST:
        return {"aspect_ratio": f"{_WIDEST}:1" if wanted_size.aspect_ratio > 1 else f"1:{_WIDEST}"}
    common = gcd(wanted_size.width, wanted_size.height)
    return {"aspect_ratio": f"{wanted_size.width // common}:{wanted_size.height // common}"}


def _measure_area_distance(one: Size, other: Size) -> float:
    """Compare areas: the same for twice and half as many pixels, and less than a second."""
    return abs(log(one.pixel_count / other.pixel_count)) / 10


def _measure_ratio_distance(one: Fraction, other: Fraction) -> float:
    return abs(log(one / other))
