"""URLs and images in requests, validated as text: nothing is opened, decoded or copied here."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, NoReturn

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from keyreel.wire.endpoints.fields import Rule, make_rule_error
from keyreel.wire.inputs.data_uris import (
    INVALID_SOURCE_RULE,
    MAX_HEADER_CHARACTERS,
    NotInlineImage,
    find_inline_image,
    is_data_uri,
)
from keyreel.wire.inputs.urls import find_url_problem, is_http_url, normalize_url

TRUSTED_CONTEXT_KEY: Final = "keyreel.trusted"
"""Validation context key under which `asset:` references are accepted: in stored rows, never in requests."""

UPLOADS_CONTEXT_KEY: Final = "keyreel.uploads"
"""Validation context key under which upload URIs are accepted: on the side that sends them."""

STORED_FILE_PREFIX: Final = "file:"
"""Starts a reference to a stored file, in stored rows alone; its storage key follows."""

_ASSET: Final = re.compile(r"asset:[0-9a-f]{64}")
_UPLOAD: Final = re.compile(r"ssupload:\?id=[0-9]{1,19}", re.ASCII)
_TASK: Final = re.compile("[0-9]{1,19}", re.ASCII)
_FORMS: Final = r"^(https?://[A-Za-z0-9]|data:image/[A-Za-z]+;base64,|iVBORw0KGgo|/9j/|UklGR)"
"""How an image's text begins, for the reference; white space and rarer spellings are accepted too."""
IMAGE_URL_KEYS: Final = ("url", "image_url", "image")
_MAX_DEPTH: Final = 3
"""Objects around an image's source that are unwrapped."""


@dataclass(frozen=True)
class _HttpUrlRule:
    """A URL; in stored rows one that was accepted before, or the key of a stored file."""

    def read(self, value: Any, info: ValidationInfo) -> str:
        if not isinstance(value, str):
            raise make_rule_error("must be an http or https URL")
        if _is_trusted(info):
            return value
        url = normalize_url(value)
        problem = find_url_problem(url)
        if problem:
            raise make_rule_error(f"must be an http or https URL, but this URL {problem}")
        return url

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        del core, handler
        return {"type": "string", "format": "uri"}


@dataclass(frozen=True)
class _ImageSourceRule:
    """An image's URL or the image itself; only its first characters are examined, intake decodes it."""

    def read(self, value: Any, info: ValidationInfo) -> str:
        value = _unwrap_source(value)
        beginning = value[:MAX_HEADER_CHARACTERS] if isinstance(value, str) else ""
        if isinstance(value, str) and not beginning.strip():
            raise make_rule_error("must not be empty: an image is missing", "no_image")
        if is_http_url(beginning):
            return _HttpUrlRule().read(value, info)
        if _ASSET.fullmatch(beginning) and _is_trusted(info):
            return str(value)
        if _UPLOAD.fullmatch(beginning) and info.context and info.context.get(UPLOADS_CONTEXT_KEY):
            return str(value)
        try:
            return (
                find_inline_image(str(value)).text if beginning else _raise_source_error(INVALID_SOURCE_RULE)
            )
        except NotInlineImage as reason:
            return _raise_source_error(str(reason), data_uri=is_data_uri(beginning))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        del core, handler
        return {
            "type": "string",
            "description": "URL, data URI, or base64 of an image.",
            "pattern": _FORMS,
        }


def _is_trusted(info: ValidationInfo) -> bool:
    return bool(info.context and info.context.get(TRUSTED_CONTEXT_KEY))


def _unwrap_source(value: Any) -> Any:
    """Return the image's source inside an object, as several API families write it, else the value."""
    for _ in range(_MAX_DEPTH):
        if not isinstance(value, dict):
            break
        value = next((value[name] for name in IMAGE_URL_KEYS if name in value), None)
    return value


def _raise_source_error(rule: str, *, data_uri: bool = False) -> NoReturn:
    raise make_rule_error(rule, "bad_image" if data_uri else "wrong")


@dataclass(frozen=True)
class _TaskIdRule(Rule):
    def read(self, value: Any) -> str:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not _TASK.fullmatch(text):
            raise make_rule_error("must be a task's ID, a decimal number")
        return text

    def to_json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{1,19}$"}


HttpUrl = Annotated[str, _HttpUrlRule()]
TaskIdText = Annotated[str, _TaskIdRule()]
ImageSource = Annotated[str, _ImageSourceRule()]
