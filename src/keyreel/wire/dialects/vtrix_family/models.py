"""Model discovery of the vtrix format: the list of models, and each model's parameters."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from keyreel.order import Corner, Operation
from keyreel.wire.endpoints import catalogue
from keyreel.wire.endpoints.generation import Generation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

MODELS_PATH: Final = "/api/v1/skill/models"
"""The path of the model list."""

_DEFAULT_PAGE_SIZE: Final = 20
_MAX_PAGE_SIZE: Final = 100
"""Models on a page."""
_CORNERS: Final = tuple(Corner)
_OPERATION_TITLES: Final = {
    Operation.IMG2VIDEO: "Image to Video",
    Operation.START_END2VIDEO: "Start and End to Video",
    Operation.MULTIFRAME: "Multiframe",
    Operation.REFERENCE2VIDEO: "Reference to Video",
    Operation.TEXT2VIDEO: "Text to Video",
    Operation.TEMPLATE2VIDEO: "Template to Video",
    Operation.EXTEND: "Extend",
}
_INPUTS: Final = {Operation.TEXT2VIDEO: ["text"], Operation.EXTEND: ["text", "image", "video"]}


def format_model_id(endpoint_class: type[Endpoint]) -> str:
    """Return the format's name of an endpoint: "viduq2_pro_start_end2video" and the like."""
    family = endpoint_class.family.replace("-", "_").replace(".", "")
    return f"vidu{family}_{endpoint_class.operation.value}"


def build_model_page(
    query: Mapping[str, str], available: Collection[type[Endpoint]] = catalogue.ENDPOINTS
) -> Json:
    """List the models that are offered; `page`, `page_size`, `type` and `keywords` narrow the list.

    `available=all` widens it to those that no engine here makes.
    """
    if query.get("available", "").lower() == "all":
        available = catalogue.ENDPOINTS
    media, words = query.get("type", "").lower(), query.get("keywords", "").lower().split()
    found = [_summarize_model(endpoint) for endpoint in catalogue.ENDPOINTS if endpoint in available]
    found = [
        each for each in found if media in {"", "video"} and all(word in str(each).lower() for word in words)
    ]
    page = _parse_page_number(query.get("page", ""), 1, 10**6)
    size = _parse_page_number(query.get("page_size", ""), _DEFAULT_PAGE_SIZE, _MAX_PAGE_SIZE)
    data = {
        "models": found[(page - 1) * size : page * size],
        "total": len(found),
        "page": page,
        "page_size": size,
        "total_pages": ceil(len(found) / size),
    }
    return wrap_response(data)


def build_model_spec(model: str, base_url: str) -> Json:
    """Describe one model's parameters, and where to post them.

    Raises:
        UnknownEndpoint: there is no such model.
    """
    endpoint = catalogue.find_endpoint(model)
    summary = _summarize_model(endpoint)
    headers = {"Authorization": "Bearer YOUR_API_KEY", "Content-Type": "application/json"}
    return wrap_response(
        {
            "model_id": summary["id"],
            "name": summary["name"],
            "vendor": "keyreel",
            "type": summary["type"],
            "api": {"endpoint": f"{base_url}/model/v1/generation", "method": "POST", "headers": headers},
            "parameters": _describe_parameters(_build_documented_schema(endpoint), "input[0].params"),
            "agent_prompt": (
                f"{summary['description']} Send the parameters with POST, then poll "
                "/model/v1/generation/task/<id>."
            ),
        }
    )


def _build_documented_schema(endpoint_class: type[Endpoint]) -> Json:
    """Return the schema of the fields as documented: clients send nothing that it does not allow."""
    schema = endpoint_class.model_json_schema()
    fields: Json = schema["properties"]
    # A field of another format's pages.
    fields.pop("extra", None)
    for name, spelling in _describe_spellings(endpoint_class).items():
        fields[name] = {"description": fields[name].get("description", "")} | spelling
    return schema


def _describe_spellings(endpoint_class: type[Endpoint]) -> Json:
    """Describe fields of which more spellings are taken than any page has."""
    if not issubclass(endpoint_class, Generation):
        return {}
    words = ["auto", "small", "medium", "high" if endpoint_class.high_for_large else "large"]
    corner: Corner = endpoint_class.model_fields["wm_position"].default
    named = {"type": "string", "enum": [each.value for each in _CORNERS], "default": corner.value}
    numbered = {"type": "integer", "minimum": 1, "maximum": 4, "default": _CORNERS.index(corner) + 1}
    return {
        "movement_amplitude": {"type": "string", "enum": words, "default": words[0]},
        "wm_position": numbered if endpoint_class.numbered_corners else named,
    }


def _summarize_model(endpoint_class: type[Endpoint]) -> Json:
    family = endpoint_class.family.replace("-", " ").title()
    return {
        "id": format_model_id(endpoint_class),
        "name": f"Vidu {family} {_OPERATION_TITLES[endpoint_class.operation]}",
        "type": "video",
        "description": (endpoint_class.__doc__ or "").strip(),
        "input_modalities": _INPUTS.get(endpoint_class.operation, ["text", "image"]),
        "output_modalities": ["video"],
    }


def _describe_parameters(schema: Json, path: str, root: Json | None = None) -> list[Json]:
    """Describe an object schema's properties."""
    root = root or schema
    required = schema.get("required", [])
    return [
        _describe_parameter(name, f"{path}.{name}", _resolve_schema(inner, root), root)
        | {"required": name in required}
        for name, inner in schema.get("properties", {}).items()
    ]


def _describe_parameter(name: str, path: str, schema: Json, root: Json) -> Json:
    items = _resolve_schema(schema.get("items", {}), root)
    inner, inner_path = (items, f"{path}[]") if items.get("properties") else (schema, path)
    children = _describe_parameters(inner, inner_path, root) if inner.get("properties") else []
    return {
        "name": name,
        "path": path,
        "type": schema.get("type", "string"),
        "required": False,
        "description": schema.get("description", ""),
        "constraints": _describe_constraints(schema),
        "example": (schema.get("examples") or schema.get("enum") or [schema.get("default")])[0],
        "children": children,
    }


def _describe_constraints(schema: Json) -> Json:
    names = {
        "default": "default",
        "minimum": "min",
        "maximum": "max",
        "minLength": "min_length",
        "maxLength": "max_length",
        "maxItems": "max_items",
    }
    found = {ours: schema[theirs] for theirs, ours in names.items() if schema.get(theirs) is not None}
    return found | ({"enum": [str(word) for word in schema["enum"]]} if "enum" in schema else {})


def _resolve_schema(schema: Json, root: Json) -> Json:
    """Follow a reference, and take the part of an alternative that is not null."""
    for choice in ("anyOf", "oneOf"):
        parts = [part for part in schema.get(choice, []) if part.get("type") != "null"]
        if parts:
            schema = {**schema, **parts[0]}
    if "$ref" in schema:
        definition: Json = root.get("$defs", {}).get(schema["$ref"].rpartition("/")[2], {})
        schema = {**definition, **schema}
    return schema


def wrap_response(data: Json | None, code: int = 200, message: str = "") -> Json:
    """Wrap a response or an error response as these clients read it."""
    return {"status": {"code": code, "message": message}, "data": data}


def _parse_page_number(text: str, default: int, most: int) -> int:
    """Parse a page number; anything but a positive number counts as absent."""
    return min(int(text), most) if text.isdecimal() and len(text) < 10 and int(text) > 0 else default  # noqa: PLR2004 - digits of an int
