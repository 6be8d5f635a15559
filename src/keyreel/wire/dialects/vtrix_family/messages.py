"""Requests of vtrix clients that write messages, as to a language model: their parts, read as fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeGuard

from keyreel import errors

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

PARAMETERS: Final = "parameters"
"""The key of the other fields beside messages."""

_PARTS: Final = ("text", "image_url", "video_url")


def is_message_list(wrapped: Any) -> TypeGuard[list[Json]]:
    """Return whether `input` holds messages rather than fields."""
    return (
        isinstance(wrapped, list)
        and bool(wrapped)
        and all(isinstance(item, dict) and "content" in item and "params" not in item for item in wrapped)
    )


def extract_fields(messages: list[Json], parameters: Any) -> Json:
    """Return the fields: texts become the prompt, images the images, a video the one to extend.

    Raises:
        InvalidRequest: a part has no known type, or the parameters are no object.
    """
    if not isinstance(parameters, dict | None):
        raise errors.InvalidRequest(
            "parameters: must be an object with the model's fields.", field=PARAMETERS
        )
    parts = [
        _parse_part(part, f"input[{index}].content[{number}]")
        for index, message in enumerate(messages)
        for number, part in enumerate(_normalize_content(message["content"], f"input[{index}].content"))
    ]
    by_type: dict[str, list[str]] = {
        part_type: [value for each, value in parts if each == part_type] for part_type in _PARTS
    }
    fields: Json = {}
    if by_type["text"]:
        fields["prompt"] = "\n".join(by_type["text"])
    if by_type["image_url"]:
        fields["images"] = by_type["image_url"]
    if by_type["video_url"]:
        fields["video_url"] = by_type["video_url"][0]
    return fields | (parameters or {})


def _normalize_content(content: Any, path: str) -> list[Any]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    if not isinstance(content, list):
        raise errors.InvalidRequest(f"{path}: must be a string or a list of parts.", field=path)
    return content


def _parse_part(part: Any, path: str) -> tuple[str, str]:
    """Return a part's type and value; a URL may be in an object of its own."""
    part_type = part.get("type") if isinstance(part, dict) else None
    if part_type not in _PARTS:
        raise errors.InvalidRequest(f"{path}.type: must be one of {', '.join(_PARTS)}.", field=f"{path}.type")
    value = part.get("text") if part_type == "text" else part.get("url") or part.get(part_type)
    if isinstance(value, dict):
        value = value.get("url")
    if not isinstance(value, str):
        raise errors.InvalidRequest(f"{path}: must contain {part_type}.", field=path)
    return part_type, value
