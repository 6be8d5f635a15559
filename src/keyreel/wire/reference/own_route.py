"""One entry in the table of Keyreel's own routes: what it takes, what it answers, who may ask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from keyreel.wire.dialects.dialect import QueryParameter

if TYPE_CHECKING:
    from pydantic import BaseModel

    from keyreel.errors import Refusal
    from keyreel.wire.json_types import Json

LIMIT: Final = QueryParameter(
    "limit",
    "Maximum number of entries, newest first. Default: 50.",
    {"type": "integer", "minimum": 1, "maximum": 500},
)
TENANT: Final = QueryParameter("tenant", "Only this tenant.")
DIALECT: Final = QueryParameter("dialect", "Format of the body. Default: detected from its structure.")
FILE_TYPES: Final = (
    *("video/mp4", "video/webm", "image/jpeg", "image/png", "image/webp"),
    "application/octet-stream",
)


class RequiredAccess(StrEnum):
    """What a request must prove to be answered."""

    NOTHING = "nothing"
    KEY = "key"
    """An API key with the scope read."""
    ANY_KEY = "any key"
    """An API key, whatever it may do, or the admin token."""
    SUBMIT_KEY = "submit key"
    """An API key with the scope submit."""
    ADMIN = "admin"
    """The admin token, or an API key with the scope admin."""


@dataclass(frozen=True, slots=True)
class OwnRoute:
    """One method at one path."""

    name: str
    """Which handler answers it."""
    method: str
    path: str
    """As Starlette writes it: `{key:path}` takes slashes too."""
    summary: str
    response: type[BaseModel] | str | None = None
    """The model of a JSON body, or of each line of JSON Lines; a name is that of a dialect's schema."""
    media_types: tuple[str, ...] = ("application/json",)
    """What the response's body may be; none where it is empty."""
    access: RequiredAccess = RequiredAccess.NOTHING
    tag: str = "keyreel"
    query: tuple[QueryParameter, ...] = ()
    request_example: Json | None = None
    """An example of the JSON body that it takes."""
    request_media_type: str = ""
    """The media type of a body that is not JSON."""
    response_example: Any = None
    status: str = "200"
    unready_status: str = ""
    """The status of the same body where it says that something does not work."""
    errors: tuple[type[Refusal], ...] = ()
    """Error responses beyond those that its access and its body imply."""
    error_schema: str = ""
    """The schema of its error responses, where it is not the usual one of the path's dialect."""
    operation_id: str = ""
    """OpenAPI's, where it does not come from method and path."""

    @property
    def openapi_path(self) -> str:
        """The path as OpenAPI writes it."""
        return re.sub(r":path\}", "}", self.path)

    @property
    def takes_body(self) -> bool:
        """Whether requests have a body."""
        return self.request_example is not None or bool(self.request_media_type)
