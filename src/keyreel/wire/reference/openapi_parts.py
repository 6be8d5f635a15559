"""The parts that the OpenAPI document is made of: schemas, query parameters, responses, error responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from keyreel.errors import Refusal
    from keyreel.wire.dialects.dialect import Dialect, QueryParameter
    from keyreel.wire.json_types import Json

REF: Final = "#/components/schemas/{model}"
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
    return {"$ref": REF.format(model=name)}


def describe_query_parameter(query: QueryParameter) -> Json:
    """Describe a query parameter."""
    return {
        "name": query.name,
        "in": "query",
        "required": query.required,
        "description": query.description,
        "schema": query.schema,
    }


def describe_response(description: str, schema: str, example: Any) -> Json:
    """Describe a response in JSON."""
    media: Json = {"schema": {"$ref": REF.format(model=schema)}}
    if example is not None:
        media["examples"] = {"usual": {"value": example}}
    return {"description": description, "content": {"application/json": media}}


def describe_error_responses(
    dialect: Dialect, error_classes: tuple[type[Refusal], ...], path: str = "", schema: str = ""
) -> Json:
    """Describe the error responses at a path, those of one status together."""
    found: Json = {}
    for error_class in error_classes:
        error = error_class()
        status, body = dialect.build_error_response_at(path, error)
        response = found.setdefault(
            str(status), describe_response("", schema or f"{dialect.name}.refusal", None)
        )
        response["description"] = f"{response['description']} {error.message}".strip()
        response["content"]["application/json"].setdefault("examples", {})[error_class.__name__] = {
            "value": body
        }
    return found
