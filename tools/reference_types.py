"""JSON schemas as the reference pages show them: the type of a value, its limits, its default."""

from __future__ import annotations

import json
from typing import Any

Schema = dict[str, Any]

_FORMATS = {"path": "path", "password": "secret string"}


def resolve_schema(schema: Schema, root: Schema) -> Schema:
    """Return the schema of a value that may be null, with its reference followed."""
    for part in schema.get("anyOf", []):
        if part.get("type") != "null":
            schema = {**schema, **part}
            break
    if "$ref" in schema:
        schema = {**root["$defs"][schema["$ref"].rpartition("/")[2]], **schema}
    return schema


def describe_type(schema: Schema, root: Schema) -> str:
    """Return a type with its limits, such as `integer, 1 to 10`."""
    if "enum" in schema:
        return "one of " + ", ".join(f"`{word}`" for word in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "oneOf" in schema:
        return " or ".join(describe_type(part, root) for part in schema["oneOf"])
    kind = _FORMATS.get(schema.get("format", ""), str(schema.get("type", "string")))
    low = schema.get("minimum", schema.get("minItems", schema.get("minLength")))
    high = schema.get("maximum", schema.get("maxItems", schema.get("maxLength")))
    unit = {"array": " entries", "string": " characters"}.get(kind, "")
    if "exclusiveMinimum" in schema and high is not None:
        return f"{kind}, above {schema['exclusiveMinimum']}, up to {high}"
    span = ""
    if low is not None and high is not None:
        span = f", {low} to {high}{unit}" if low != high else f", only {low}{unit}"
    elif high is not None:
        span = f", up to {high}{unit}"
    elif low:
        span = f", at least {low}{unit}"
    return kind + span


def describe_setting_type(schema: Schema, root: Schema) -> str:
    """Return the type of a setting, as a variable or a TOML value has it."""
    schema = resolve_schema(schema, root)
    kind = schema.get("type")
    if "enum" in schema or kind not in {"boolean", "array", "string"}:
        return describe_type(schema, root)
    if kind == "boolean":
        return "`0` or `1`"
    if kind == "array":
        item = resolve_schema(schema.get("items", {}), root)
        kind, comma, span = describe_type(item, root).partition(",")
        return f"list of {kind}s{comma}{span}"
    # Patterns and lengths of texts say little: the description has an example.
    return _FORMATS.get(schema.get("format", ""), "string")


def describe_table_type(schema: Schema, root: Schema) -> str:
    """Return the type of a key in a table of the TOML file."""
    kind = describe_setting_type(schema, root)
    return "boolean" if kind == "`0` or `1`" else kind.replace("object", "table")


def describe_default(value: object) -> str:
    """Return a default as code, and nothing where there is none."""
    return "" if value in (None, "", []) else f"`{value if isinstance(value, str) else json.dumps(value)}`"
