"""Addresses and pictures in requests, looked at as text: nothing is opened, decoded or copied here."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from keyreel.wire.fields import Rule, broken

TRUSTED: Final = "keyreel.trusted"
"""Validation context key under which `asset:` references are accepted: for our own rows, never a client's."""

STORED: Final = "file:"
"""Starts a reference to a file of this server, in our own rows alone; its storage key follows."""

_URL_LENGTH: Final = 8192
# A bare base64 picture is longer than any name, and the shortest real pictures have about 60 bytes.
_SHORTEST_BASE64: Final = 48
# Of a picture's text only this much is looked at, however long it is.
_BEGINNING: Final = 128
_DATA_URI: Final = re.compile(r"data:image/[\w.+-]{1,40}(?:;[\w.=+-]{1,40}){0,3};base64,", re.IGNORECASE)
_ASSET: Final = re.compile(r"asset:[0-9a-f]{64}")
_TASK: Final = re.compile("[0-9]{1,19}", re.ASCII)
_FORMS: Final = r"^(https?://[A-Za-z0-9]|data:image/[A-Za-z]+;base64,|[A-Za-z0-9+/]{48})"
"""What a picture's text begins with, for the reference; white space and rarer spellings are accepted too."""
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_=\r\n-]+")


@dataclass(frozen=True)
class _Address(Rule):
    def read(self, value: Any) -> str:
        if not isinstance(value, str) or not is_web_address(value.strip()):
            raise broken(f"must be an http or https address of at most {_URL_LENGTH} characters")
        return value.strip()

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri"}


@dataclass(frozen=True)
class _Source:
    """Where a picture is. Of long texts only the beginning is looked at: decoding them is intake's."""

    def read(self, value: Any, info: ValidationInfo) -> str:
        if isinstance(value, dict):
            value = next((value[key] for key in ("url", "image_url", "image") if key in value), value)
        if isinstance(value, str) and (not value or value[:64].isspace()):
            raise broken("must not be empty: an image is missing", "no_image")
        beginning = value[:_BEGINNING] if isinstance(value, str) else ""
        if beginning.lower().startswith(("http://", "https://")):
            return _Address().read(value)
        if _ASSET.fullmatch(beginning) and info.context and info.context.get(TRUSTED):
            return str(value)
        if _DATA_URI.match(beginning):
            return str(value)
        if beginning.lower().startswith("data:"):
            raise broken("must begin like data:image/png;base64, when it is a data URI", "bad_image")
        if len(beginning) >= _SHORTEST_BASE64 and _BASE64.fullmatch(beginning):
            return str(value)
        raise broken("must be an http(s) address or an image in base64, best as data:image/png;base64,…")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        del core, handler
        return {
            "type": "string",
            "description": "An image's address, data URI or base64 text.",
            "pattern": _FORMS,
        }


@dataclass(frozen=True)
class _StoredAddress(_Address):
    """An address, or the key of a file of ours."""

    def read(self, value: Any, info: ValidationInfo | None = None) -> str:
        trusted = info is not None and info.context and info.context.get(TRUSTED)
        if trusted and isinstance(value, str) and value.startswith(STORED):
            return value
        return super().read(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_before_validator_function(self.read, handler(source))


@dataclass(frozen=True)
class _TaskNumber(Rule):
    def read(self, value: Any) -> str:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not _TASK.fullmatch(text):
            raise broken("must be a task's id, a decimal number")
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{1,19}$"}


Address = Annotated[str, _Address()]
StoredAddress = Annotated[str, _StoredAddress()]
TaskNumber = Annotated[str, _TaskNumber()]
Source = Annotated[str, _Source()]


def is_web_address(text: str) -> bool:
    """Say whether the text is an http or https address with a host. Opens nothing."""
    if len(text) > _URL_LENGTH or " " in text or not text.isprintable():
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
