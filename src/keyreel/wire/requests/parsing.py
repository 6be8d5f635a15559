"""From bytes to validated requests: strict JSON, then an endpoint's rules, with the domain's errors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError
from pydantic_core import from_json

from keyreel.errors import InvalidImage, InvalidRequest, ItemCountOutOfRange, MissingField, MissingImage
from keyreel.wire.endpoints.value_text import describe_value
from keyreel.wire.inputs.sources import UPLOADS_CONTEXT_KEY
from keyreel.wire.requests.decode_errors import explain_unreadable_body
from keyreel.wire.requests.value_scan import has_too_many_values, has_too_much_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

    from keyreel.wire.dialects.dialect import ParsedSubmit
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

MAX_NESTING: Final = 32
"""Levels of objects and lists within each other."""

MAX_TEXT_BYTES: Final = 28 << 20
"""Bytes of a body that are no base64.

Room for a payload and meta data of 1,048,576 characters each, of which an escaped pair takes 12 bytes, and
for 4 MiB more. Reading that much holds other threads up for some 50 ms.
"""
MAX_VALUES: Final = 20_000
"""Objects, lists, names, texts, numbers and the rest in one body. Real requests have some hundred.

More would let a body of millions of empty lists become gigabytes of objects.
"""
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_MAX_LISTED_ERRORS: Final = 5
"""Messages that one error response joins; it counts the others."""
_MAX_MESSAGE_LENGTH: Final = 900
"""Characters of several messages joined; clients are promised no more than 1000."""
_MAX_PATH_CHARACTERS: Final = 120
"""Characters of a field's path."""
_IMAGES: Final = frozenset({"images", "start_image", "key_image"})
_ERROR_CLASSES: Final[dict[str, type[InvalidRequest]]] = {
    "no_image": MissingImage,
    "no_subject": MissingImage,
    "bad_image": InvalidImage,
    "count": ItemCountOutOfRange,
    "missing": MissingField,
    "no_video": MissingField,
}
_RULES: Final = {
    "missing": "is required",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "string_unicode": "must be valid Unicode text",
    "string_type": "must be text",
}


@dataclass(frozen=True, slots=True)
class RuleViolation:
    """One rule that a request breaks."""

    error_class: type[InvalidRequest]
    location: tuple[int | str, ...]
    got: str
    """The value that was got, as `describe_value` gives it; empty where there is none."""
    rule: str

    @property
    def field(self) -> str:
        """Where it is, for example "image_settings[2].duration"."""
        return _format_path(self.location)

    def to_error(self) -> InvalidRequest:
        """Return the error that says so."""
        got = f"got {self.got}; " if self.got else ""
        return self.error_class(f"{self.field}: {got}{self.rule}.", field=self.field)


def parse_body(data: bytes) -> Json:
    """Read a request's body: one JSON object of valid, finite, not too deeply nested values.

    A byte order mark is skipped (RFC 8259, 8.1). Of a name that is given twice the last value counts.

    Raises:
        InvalidRequest: it is anything else.
    """
    if has_too_many_values(data, MAX_VALUES):
        raise _make_too_many_values_error()
    if has_too_much_text(data, MAX_TEXT_BYTES):
        raise InvalidRequest(f"The body has more than {MAX_TEXT_BYTES >> 20} MiB without base64 images.")
    try:
        # Interning strings would cost four times the reading of a 20 MB image.
        body: object = from_json(
            data.removeprefix(_BYTE_ORDER_MARK), allow_inf_nan=False, cache_strings="none"
        )
    except ValueError as error:
        known = explain_unreadable_body(data)
        raise known or InvalidRequest(
            f"The body is not valid JSON: {_shorten_json_error(str(error))}."
        ) from None
    if not isinstance(body, dict):
        raise InvalidRequest(f"The body is {describe_value(body)}; it must be a JSON object.")
    if not _has_only_finite_numbers(body):
        raise explain_unreadable_body(data) or InvalidRequest("The body contains a number that is too large.")
    return body


def validate_fields(submit: ParsedSubmit, *, with_uploads: bool = False) -> Endpoint:
    """Check a request against its endpoint's rules; `with_uploads`, before a server finds its uploads.

    Raises:
        InvalidRequest: a field breaks its rule; MissingImage and InvalidImage where it is about an image.
    """
    try:
        context = {UPLOADS_CONTEXT_KEY: with_uploads}
        return submit.endpoint_class.model_validate(submit.fields, context=context)
    except ValidationError as error:
        raise combine_errors([violation.to_error() for violation in list_violations(error)]) from None


def combine_errors(errors: Sequence[InvalidRequest]) -> InvalidRequest:
    """Return one error with the messages of several, five at most: of the first one's class and field."""
    first, *others = errors
    messages, length = [first.message], len(first.message)
    for error in others[: _MAX_LISTED_ERRORS - 1]:
        length += len(error.message) + 1
        if length > _MAX_MESSAGE_LENGTH:
            break
        messages.append(error.message)
    more = len(errors) - len(messages)
    return type(first)(" ".join(messages) + (f" ({more} more)" if more else ""), field=first.field)


def list_violations(error: ValidationError) -> tuple[RuleViolation, ...]:
    """Return every rule that pydantic found broken."""
    return tuple(_to_violation(each) for each in error.errors(include_url=False))


def _shorten_json_error(words: str) -> str:
    """Shorten the parser's explanation to what and where."""
    return "it is empty" if words.startswith("EOF while parsing a value at line 1 column 0") else words[:120]


def _make_too_many_values_error() -> InvalidRequest:
    return InvalidRequest(
        f"The body contains more than {MAX_VALUES} values (objects, lists, keys, strings, and numbers)."
    )


def _has_only_finite_numbers(body: Json) -> bool:
    """Return whether all numbers are within a double's range.

    Raises:
        InvalidRequest: objects and lists are nested too deep, or hold too many values.
    """
    level: list[Any] = [body]
    values = 1
    for _ in range(MAX_NESTING + 1):
        containers = [value for value in level if isinstance(value, dict | list)]
        if not containers:
            return True
        values += sum(len(each) * (2 if isinstance(each, dict) else 1) for each in containers)
        if values > MAX_VALUES:
            raise _make_too_many_values_error()
        level = [
            value for each in containers for value in (each.values() if isinstance(each, dict) else each)
        ]
        if any(isinstance(value, float) and not math.isfinite(value) for value in level):
            return False
    raise InvalidRequest(f"The body is nested more than {MAX_NESTING} levels deep.")


def _to_violation(error: ErrorDetails) -> RuleViolation:
    """Translate a pydantic error."""
    context, location, got = error.get("ctx", {}), error["loc"], error["input"]
    missing = error["type"] == "missing"
    if "field" in context:  # a rule of the whole request, whose error names one field
        location = (*location, context["field"])
        missing = not isinstance(got, dict) or got.get(context["field"]) is None
        got = None if missing else got[context["field"]]
    error_class = _ERROR_CLASSES.get(error["type"], InvalidRequest)
    if missing and location[-1] in _IMAGES:
        error_class = MissingImage
    rule = context.get("rule") or _RULES.get(error["type"], "is not valid")
    return RuleViolation(error_class, location, "" if missing else describe_value(got), rule)


def _format_path(location: tuple[int | str, ...]) -> str:
    """Write ("image_settings", 2, "duration") as "image_settings[2].duration"."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path[:_MAX_PATH_CHARACTERS]
