"""Answers held against their JSON schemas: those words of JSON schema that the reference uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from keyreel.wire.reference.response_schemas import RESPONSE_SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.wire.dialects.dialect import Json

_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def find_schema_violation(value: Any, schema: str) -> str:
    """Return what is wrong with an answer of this name, for example "native.result"; empty for nothing."""
    return "; ".join(_find_violations(value, RESPONSE_SCHEMAS[schema], "answer"))[:300]


def _find_violations(value: Any, schema: Json, path: str) -> Iterator[str]:
    schema = _resolved(schema)
    if "anyOf" in schema:
        if all(any(True for _ in _find_violations(value, each, path)) for each in schema["anyOf"]):
            yield f"{path} is none of what it may be"
        return
    kinds = schema.get("type", [])
    allowed = tuple(kind for name in ([kinds] if isinstance(kinds, str) else kinds) for kind in _KINDS[name])
    if allowed and (not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed)):
        yield f"{path} is a {type(value).__name__}, not {kinds}"
        return
    yield from _of_value(value, schema, path)
    if isinstance(value, dict):
        yield from _of_object(value, schema, path)
    if isinstance(value, list) and "items" in schema:
        for index, each in enumerate(value):
            yield from _find_violations(each, schema["items"], f"{path}[{index}]")


def _of_value(value: Any, schema: Json, path: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} is {str(value)[:40]!r}, not one of {schema['enum']}"
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield f"{path} is {value[:40]!r}, which does not match {schema['pattern']}"
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get(
        "maximum", value
    ):
        yield f"{path} is {value}, outside its limits"


def _of_object(value: Json, schema: Json, path: str) -> Iterator[str]:
    for name in schema.get("required", []):
        if name not in value:
            yield f"{path} lacks {name}"
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            yield from _find_violations(value[name], inner, f"{path}.{name}")


def _resolved(schema: Json) -> Json:
    while "$ref" in schema:
        schema = RESPONSE_SCHEMAS[schema["$ref"].rpartition("/")[2]]
    return schema
