"""JSON responses held against the JSON schemas of the reference; it knows no server and sends nothing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from jsonschema_rs import Draft202012Validator, ValidationError

from keyreel.wire.reference.response_schemas import RESPONSE_SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.wire.json_types import Json

_MOST_CHARACTERS: Final = 300
"""Characters of a report's line: a violation may quote a whole response."""

# Validators skip keywords that they do not know (JSON Schema core, 4.3.1): a misspelled one would check
# nothing. So schemas are held against the draft's metaschema, closed to other keywords; "$dynamicAnchor"
# closes it at every depth.
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_CLOSED_METASCHEMA: Final[Json] = {
    "$schema": _DRAFT,
    "$id": "urn:keyreel:closed-metaschema",
    "$dynamicAnchor": "meta",
    "$ref": _DRAFT,
    "unevaluatedProperties": False,
}


def compile_schemas(schemas: Mapping[str, Json]) -> dict[str, Draft202012Validator]:
    """Return a validator for each schema; they may refer to each other as components of an OpenAPI document.

    Raises:
        ValueError: one is no JSON Schema of draft 2020-12, or holds a keyword that the draft does not know.
    """
    metaschema = Draft202012Validator(_CLOSED_METASCHEMA)
    for name, schema in schemas.items():
        for error in metaschema.iter_errors(schema):
            raise ValueError(f"{_format_path(name, error.instance_path)}: {error.message}")
    return {
        name: Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        )
        for name in schemas
    }


def find_schema_violation(value: Any, schema: str) -> str:
    """Return what is wrong with a response of this name, for example "native.result"; empty for nothing."""
    return describe_violations(_compile_response_schemas()[schema], value)[:_MOST_CHARACTERS]


def describe_violations(validator: Draft202012Validator, value: Any) -> str:
    """Return everything in which a response departs from its schema, in one line; empty for nothing."""
    return "; ".join(map(_describe_error, validator.iter_errors(value)))


@cache
def _compile_response_schemas() -> dict[str, Draft202012Validator]:
    return compile_schemas(RESPONSE_SCHEMAS)


def _describe_error(error: ValidationError) -> str:
    return f"{_format_path('response', error.instance_path)}: {error.message}"


def _format_path(start: str, steps: list[str | int]) -> str:
    """Write "response" and ["creations", 0, "url"] as "response.creations[0].url"."""
    return start + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
