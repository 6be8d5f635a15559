"""The JSON Schemas of the tools that generate: the fields of all models that do an operation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from keyreel.wire.dialects.registry import DEFAULT_DIALECT
from keyreel.wire.endpoints.catalogue import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyreel.order import Operation
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

_LEFT_OUT: Final = frozenset({"extra", "callback_url", "payload", "meta_data"})
"""Fields for programs: an assistant waits for its video and needs no webhook, no note and no identifier."""
_CHOICES: Final = {"minimum": min, "minItems": min, "maximum": max, "maxItems": max, "maxLength": max}
"""Which of several models' limits is the widest."""
_LOOSE_KEYS: Final = frozenset({*_CHOICES, "description", "default", "title"})
"""What schemas of the same kind may differ in."""
_IMAGE_PATTERN_START: Final = "^(https?://"
_IMAGE_WORDS: Final = "An image: a URL, a data URI, or the uri of an upload."
_IMAGE_OR_FILE_WORDS: Final = "An image: the path of a file on this machine, a URL, or a data URI."
_MODEL_WORDS: Final = "The model to use. Models differ in limits and prices: see list_models."


def list_models(operation: Operation) -> tuple[str, ...]:
    """Return the names of the models that do an operation, as requests name them."""
    return tuple(DEFAULT_DIALECT.format_model_id(each) for each in _find_endpoints(operation))


def build_fields_schema(operation: Operation, *, takes_files: bool) -> Json:
    """Return the schema of an operation's fields, `model` among them.

    A limit that models have differently is the widest: which one a request breaks, the server says.
    """
    endpoints = _find_endpoints(operation)
    schemas = [endpoint.model_json_schema() for endpoint in endpoints]
    properties: Json = {
        "model": {"type": "string", "enum": list(list_models(operation)), "description": _MODEL_WORDS}
    }
    for name in dict.fromkeys(name for schema in schemas for name in schema["properties"]):
        if name not in _LEFT_OUT:
            found = [schema["properties"][name] for schema in schemas if name in schema["properties"]]
            properties[name] = _widen(found)
    definitions = {name: each for schema in schemas for name, each in schema.get("$defs", {}).items()}
    required = set.intersection(*(set(schema.get("required", ())) for schema in schemas))
    schema: Json = {
        "type": "object",
        "properties": properties,
        "required": ["model", *sorted(required)],
        "additionalProperties": False,
        "$defs": _keep_used(definitions, properties),
    }
    described: Json = _describe_images(schema, _IMAGE_OR_FILE_WORDS if takes_files else _IMAGE_WORDS)
    return described


def _find_endpoints(operation: Operation) -> tuple[type[Endpoint], ...]:
    return tuple(each for each in ENDPOINTS if each.operation is operation)


def _widen(schemas: list[Json]) -> Json:
    """Merge the schemas that models have of one field: all of their choices, the widest of their ranges."""
    kinds = {tuple(sorted(each.keys() - _LOOSE_KEYS)) for each in schemas}
    if len(kinds) > 1:
        unique = {json.dumps(each, sort_keys=True): each for each in schemas}
        return {"anyOf": list(unique.values())}
    widest = dict(schemas[0])
    if "enum" in widest:
        widest["enum"] = list(dict.fromkeys(value for each in schemas for value in each["enum"]))
    for limit, choose in _CHOICES.items():
        found = [each[limit] for each in schemas if limit in each]
        if len(found) == len(schemas):
            widest[limit] = choose(found)
        else:
            widest.pop(limit, None)
    if len({json.dumps(each.get("default")) for each in schemas}) > 1:
        widest.pop("default", None)
    return widest


def _keep_used(definitions: Json, properties: Json) -> Json:
    """Return the definitions that the properties lead to."""
    used: Json = {}
    open_names = _list_references(properties)
    while open_names:
        name = open_names.pop()
        if name not in used:
            used[name] = definitions[name]
            open_names += _list_references(definitions[name])
    return used


def _list_references(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        own = [schema["$ref"].rpartition("/")[2]] if "$ref" in schema else []
        return own + _list_all(schema.values())
    return _list_all(schema) if isinstance(schema, list) else []


def _list_all(schemas: Iterable[Any]) -> list[str]:
    return [name for each in schemas for name in _list_references(each)]


def _describe_images(schema: Any, words: str) -> Any:
    """Say what stands for an image here, where the catalogue says what it is in requests."""
    if isinstance(schema, list):
        return [_describe_images(each, words) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if str(schema.get("pattern", "")).startswith(_IMAGE_PATTERN_START):
        return {"type": "string", "description": words}
    return {name: _describe_images(each, words) for name, each in schema.items()}
