"""The parts that JSON schemas of responses are made of: types, objects, lists, choices, references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

TEXT: Final = {"type": "string"}
INTEGER: Final = {"type": "integer"}
FLAG: Final = {"type": "boolean"}
DIGITS: Final = {"type": "string", "pattern": "^[0-9]+$"}
URL: Final = {"type": "string", "format": "uri"}
TIME: Final = {"type": "string", "format": "date-time"}


def describe_object(required: str, /, **properties: Any) -> Json:
    """Return an object's schema; `required` lists the names of its required keys, separated by blanks."""
    return {"type": "object", "required": required.split(), "properties": properties}


def describe_list(items: Json) -> Json:
    """Return the schema of a list whose entries have this one."""
    return {"type": "array", "items": items}


def describe_choice(*words: str) -> Json:
    """Return the schema of text that is one of these words."""
    return {"type": "string", "enum": list(words)}


def refer_to(name: str) -> Json:
    """Return a reference to another schema of the OpenAPI document by its name."""
    return {"$ref": f"#/components/schemas/{name}"}
