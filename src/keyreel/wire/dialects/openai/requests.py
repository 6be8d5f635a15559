"""Requests of the `/v1/videos` format: which endpoint they mean, and the nearest values that it allows."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from keyreel import errors
from keyreel.order import Operation, Size
from keyreel.task import TaskFilter, TaskId
from keyreel.wire.dialects.dialect import ParsedSubmit, QueryParameter
from keyreel.wire.dialects.openai.nearest import FitTarget, find_nearest_fit
from keyreel.wire.endpoints import catalogue
from keyreel.wire.endpoints.naming import format_model_name, format_operation_name
from keyreel.wire.endpoints.value_text import describe_value
from keyreel.wire.requests.parsing import list_violations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json
    from keyreel.wire.requests.parsing import RuleViolation

SUPPORTED_OPERATIONS: Final = (Operation.TEXT2VIDEO, Operation.IMG2VIDEO, Operation.START_END2VIDEO)
"""The operations that the format can express, by the number of images."""

_PLACEHOLDER_MODEL: Final = re.compile(r"(sora([^a-z].*)?)?", re.IGNORECASE | re.ASCII)
"""Names that clients of the format send by default, dated ones among them: any model will do."""

_FORMAT_FIELDS: Final = frozenset({"model", "seconds", "size", "input_reference", "image", "images"})
_SECONDS_PATTERN: Final = re.compile(r"([0-9]{1,4})(?:\.[0-9]{1,3})?s?", re.ASCII)
_SIZE_PATTERN: Final = re.compile(r"([1-9][0-9]{1,4})\s*[xX*]\s*([1-9][0-9]{1,4})", re.ASCII)

_DEFAULT_PAGE_SIZE: Final = 20
_MAX_PAGE_SIZE: Final = 100
"""Videos on a page."""
_LIMIT: Final = re.compile("[0-9]{1,4}", re.ASCII)
_ID: Final = re.compile("[1-9][0-9]{0,18}", re.ASCII)
_MAX_TASK_ID: Final = 2**63 - 1
"""The largest integer of the database."""

LIST_QUERY: Final = (
    QueryParameter(
        "after", "The last ID of the previous page.", {"type": "string", "pattern": "^([1-9][0-9]{0,17})?$"}
    ),
    QueryParameter(
        "limit",
        "Videos per page. Default: 20.",
        {"type": "integer", "minimum": 1, "maximum": _MAX_PAGE_SIZE},
    ),
    QueryParameter("order", "desc (newest first) or asc.", {"type": "string", "enum": ["asc", "desc"]}),
)
CONTENT_QUERY: Final = (
    QueryParameter("variant", "The video or its cover.", {"type": "string", "enum": ["video", "thumbnail"]}),
)


def parse_submit_body(body: Json) -> ParsedSubmit:
    """Read a submit's body.

    Raises:
        UnknownEndpoint: no such model, or none that this format can express.
        InvalidRequest: prompt, seconds, size or images make no sense.
    """
    images = extract_images(body)
    given = {name: value for name, value in body.items() if name not in _FORMAT_FIELDS}
    fields = {name: value for name, value in given.items() if value is not None and value != ""}
    if images:
        fields["images"] = images
    # The model's own fields, where given, go before the format's.
    precise = "resolution" in fields or "aspect_ratio" in fields
    size, seconds = _parse_size(body.get("size")), _parse_seconds(body.get("seconds"))
    target = FitTarget(None if "duration" in fields else seconds, None if precise else size)
    try:
        endpoints, any_model = _find_endpoints(body.get("model"), len(images))
    except errors.UnknownEndpoint:
        # People write the prompt, programs the model: where both are wrong, the error names the prompt.
        _check_prompt(fields, SUPPORTED_OPERATIONS[len(images)])
        raise
    fit = find_nearest_fit(endpoints, fields, target)
    known = fit.endpoint_class.model_fields
    unknown = tuple(name for name in fields if name not in known)
    changed = (*(["model"] if any_model and body.get("model") else []), *fit.changed)
    return ParsedSubmit(fit.endpoint_class, fields | fit.values, unknown + changed)


def parse_list_query(query: Mapping[str, str]) -> TaskFilter:
    """Read which videos a list is to show.

    Raises:
        InvalidRequest: a value makes no sense.
    """
    order, text = query.get("order") or "desc", query.get("limit") or str(_DEFAULT_PAGE_SIZE)
    if order not in {"asc", "desc"}:
        raise errors.InvalidRequest(f"order: got {order[:64]!r}; must be asc or desc.", field="order")
    if not _LIMIT.fullmatch(text) or not 1 <= int(text) <= _MAX_PAGE_SIZE:
        message = f"limit: got {text[:64]!r}; must be a whole number from 1 to {_MAX_PAGE_SIZE}."
        raise errors.InvalidRequest(message, field="limit")
    after = query.get("after") or ""
    if after and (not _ID.fullmatch(after) or int(after) > _MAX_TASK_ID):
        raise errors.InvalidRequest(f"after: got {after[:64]!r}; must be a video's ID.", field="after")
    return TaskFilter(after_id=TaskId(after) if after else None, limit=int(text), oldest_first=order == "asc")


def extract_images(body: Json) -> list[Any]:
    """List the images: one or several, each a URL, a data URI or an object that holds one.

    Raises:
        InvalidRequest: more than two, or one in a form that is not understood.
    """
    given: Any = next((body[name] for name in ("input_reference", "images", "image") if body.get(name)), [])
    images = given if isinstance(given, list) else [given]
    for image in images:
        if isinstance(image, dict) and not {"image_url", "url", "image"} & set(image):
            raise errors.InvalidRequest(
                "input_reference: must be a file, a URL, a data URI, or an object with image_url.",
                field="input_reference",
            )
    if len(images) >= len(SUPPORTED_OPERATIONS):
        raise errors.ItemCountOutOfRange(
            f"input_reference: got {len(images)} images; must be one, or the first and the last frame.",
            field="input_reference",
        )
    return images


def format_model_id(endpoint_class: type[Endpoint]) -> str:
    """Return "viduq2-pro-img2video" and the like."""
    return f"{format_model_name(endpoint_class)}-{format_operation_name(endpoint_class)}"


def _check_prompt(fields: Json, operation: Operation) -> None:
    """Raise the error of a prompt that no model accepts."""
    if "prompt" not in fields:
        return
    found: list[RuleViolation] = []
    for endpoint_class in catalogue.ENDPOINTS:
        if endpoint_class.operation is operation:
            broken = [
                violation
                for violation in _find_violations(endpoint_class, fields)
                if violation.field == "prompt"
            ]
            if not broken:
                return
            found += broken
    raise found[0].to_error()


def _find_violations(endpoint_class: type[Endpoint], fields: Json) -> tuple[RuleViolation, ...]:
    try:
        endpoint_class.model_validate(fields)
    except ValidationError as error:
        return list_violations(error)
    return ()


def _find_endpoints(model: Any, images: int) -> tuple[tuple[type[Endpoint], ...], bool]:
    """Return the endpoints that are meant, and whether any model will do."""
    if model is not None and not isinstance(model, str):
        raise errors.InvalidRequest("model: must be a string such as viduq2-pro.", field="model")
    name, operation = model or "", SUPPORTED_OPERATIONS[images]
    if _PLACEHOLDER_MODEL.fullmatch(name):
        return tuple(each for each in catalogue.ENDPOINTS if each.operation is operation), True
    for spelling in (name, f"{name[:64]}-{operation.value}"):
        with suppress(errors.UnknownEndpoint):
            found = catalogue.find_endpoint(spelling)
            if found.operation not in SUPPORTED_OPERATIONS:
                raise errors.InvalidRequest(
                    f"model: this format does not support {found.name()}.", field="model"
                )
            return (found,), False
    known = sorted({f"vidu{each.family}" for each in catalogue.ENDPOINTS if each.operation is operation})
    raise errors.UnknownEndpoint(
        f"model: got {name[:64]!r}; for {operation.value}, must be one of {', '.join(known)}.", field="model"
    )


def _parse_seconds(value: Any) -> int | None:
    if value is None or value == "":
        return None
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    match = _SECONDS_PATTERN.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or not int(match[1]):
        raise errors.InvalidRequest(
            f"seconds: got {describe_value(value)}; must be a number of seconds from 1.", field="seconds"
        )
    return int(match[1])


def _parse_size(value: Any) -> Size | None:
    if value is None or value == "":
        return None
    match = _SIZE_PATTERN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise errors.InvalidRequest(
            f"size: got {describe_value(value)}; must be width and height such as 1280x720.", field="size"
        )
    return Size(int(match[1]), int(match[2]))
