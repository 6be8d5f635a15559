"""Addresses and pictures in requests, looked at as text: nothing is opened, decoded or copied here."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, NoReturn

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from keyreel.wire.endpoints.fields import Rule, broken
from keyreel.wire.inputs.data_uris import LONGEST_HEAD, NO_PICTURE, NotInline, inline, is_data_uri
from keyreel.wire.inputs.urls import address, complaint, is_address

TRUSTED: Final = "keyreel.trusted"
"""Validation context key under which `asset:` references are accepted: for our own rows, never a client's."""

STORED: Final = "file:"
"""Starts a reference to a file of this server, in our own rows alone; its storage key follows."""

_ASSET: Final = re.compile(r"asset:[0-9a-f]{64}")
_TASK: Final = re.compile("[0-9]{1,19}", re.ASCII)
_FORMS: Final = r"^(https?://[A-Za-z0-9]|data:image/[A-Za-z]+;base64,|iVBORw0KGgo|/9j/|UklGR)"
"""What a picture's text begins with, for the reference; white space and rarer spellings are accepted too."""
SOURCE_NAMES: Final = ("url", "image_url", "image")
_DEEPEST: Final = 3


@dataclass(frozen=True)
class _Address:
    """An address; in our own rows what was good when it came, or the key of a file of ours."""

    def read(self, value: Any, info: ValidationInfo) -> str:
        if not isinstance(value, str):
            raise broken("must be an http or https address")
        if _is_ours(info):
            return value
        found = address(value)
        wrong = complaint(found)
        if wrong:
            raise broken(f"must be an http or https address, and this URL {wrong}")
        return found

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        del core, handler
        return {"type": "string", "format": "uri"}


@dataclass(frozen=True)
class _Source:
    """Where a picture is. Of long texts only the beginning is looked at: decoding them is intake's."""

    def read(self, value: Any, info: ValidationInfo) -> str:
        value = _named(value)
        beginning = value[:LONGEST_HEAD] if isinstance(value, str) else ""
        if isinstance(value, str) and not beginning.strip():
            raise broken("must not be empty: an image is missing", "no_image")
        if is_address(beginning):
            return _Address().read(value, info)
        if _ASSET.fullmatch(beginning) and _is_ours(info):
            return str(value)
        try:
            return inline(str(value)).text if beginning else _refused(NO_PICTURE)
        except NotInline as reason:
            return _refused(str(reason), data_uri=is_data_uri(beginning))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        del core, handler
        return {
            "type": "string",
            "description": "An image's address, data URI or base64 text.",
            "pattern": _FORMS,
        }


def _is_ours(info: ValidationInfo) -> bool:
    return bool(info.context and info.context.get(TRUSTED))


def _named(value: Any) -> Any:
    """Return what an object says where the picture is, as several API families write it, else the value."""
    for _ in range(_DEEPEST):
        if not isinstance(value, dict):
            break
        value = next((value[name] for name in SOURCE_NAMES if name in value), None)
    return value


def _refused(rule: str, *, data_uri: bool = False) -> NoReturn:
    raise broken(rule, "bad_image" if data_uri else "wrong")


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
TaskNumber = Annotated[str, _TaskNumber()]
Source = Annotated[str, _Source()]
