"""Uploads as the native format makes them: begin, put the file, finish; requests then name it by a URI.

An upload has no record of its own: its file lies under a name made of the tenant's and the upload's, so that
whoever asks for another tenant's finds nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse

from keyreel.errors import InvalidRequest, MissingField, UnknownEndpoint
from keyreel.server.requests.base_url import get_base_url
from keyreel.server.requests.body import read_object
from keyreel.server.routes.uploads import (
    MAX_REQUEST_BYTES,
    PUT_PREFIX,
    UPLOAD_LINK_SECONDS,
    UPLOADS_PREFIX,
    compute_etag,
)

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services
    from keyreel.wire.dialects.dialect import ParsedSubmit

_URI: Final = "ssupload:?id="
_URI_PATTERN: Final = re.compile(r"\s*ssupload:\?id=([0-9]{1,19})\s*", re.ASCII)
_ID: Final = re.compile("[0-9]{1,19}", re.ASCII)
_IDS: Final = range(10**17, 10**18)
_FIELDS: Final = frozenset({"images", "start_image", "image_settings", "subjects", "wm_url", "video_url"})
"""Where a request may name files, at whatever depth below."""
_LINK_EXPIRY_TIMESTAMP: Final = 4_102_444_800
"""2100: addresses of named uploads end then, so that the same request is the same whenever it is sent."""


class NativeUploadRoutes:
    """The routes of such uploads."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def begin(self, request: Request, caller: Caller) -> JSONResponse:
        """Answer `{id, put_url, expires_at}`."""
        services = self._services
        await self._read_body(request)
        upload = str(services.random.choice(_IDS))
        address = services.signer.sign(PUT_PREFIX + _build_key(caller.tenant, upload), UPLOAD_LINK_SECONDS)
        ends = services.clock.now() + timedelta(seconds=UPLOAD_LINK_SECONDS)
        return JSONResponse(
            {
                "id": upload,
                "put_url": get_base_url(request, services) + address,
                "expires_at": f"{ends:%Y-%m-%dT%H:%M:%S}Z",
            }
        )

    async def finish(self, request: Request, caller: Caller) -> JSONResponse:
        """Answer `{uri}` once the file is there, and is the one whose tag the client names.

        Raises:
            UnknownEndpoint: there is no such upload of this tenant, or nothing was put there yet.
            InvalidRequest: the id or the tag is wrong.
        """
        services, upload = self._services, request.path_params["id"]
        body = await self._read_body(request)
        if not _ID.fullmatch(upload):
            raise InvalidRequest(f"id: got {upload[:64]!r}; must be an upload's id.", field="id")
        etag = body.get("etag")
        if not isinstance(etag, str) or not etag.strip():
            raise MissingField("etag: is required: the ETag of the answer to the PUT.", field="etag")
        key = _build_key(caller.tenant, upload)
        if await services.storage.get_size(key) is None:
            raise UnknownEndpoint(f"There is no upload {upload}, or nothing was put at its put_url yet.")
        if etag.strip().removeprefix("W/").strip('"') != await compute_etag(services.storage, key):
            raise InvalidRequest("etag: is not the one of the file that was put there.", field="etag")
        return JSONResponse({"uri": _URI + upload})

    async def resolve_upload_uris(self, parsed: ParsedSubmit, tenant: str, request: Request) -> ParsedSubmit:
        """Return the request with the addresses of files in the place of the tenant's uploads.

        Raises:
            InvalidRequest: there is no such upload of this tenant.
        """
        fields = {
            name: await self._resolve_value(value, name, (tenant, request)) if name in _FIELDS else value
            for name, value in parsed.fields.items()
        }
        return replace(parsed, fields=fields)

    async def _resolve_value(self, value: Any, path: str, whose: tuple[str, Request]) -> Any:
        if isinstance(value, list):
            return [await self._resolve_value(each, f"{path}[{n}]", whose) for n, each in enumerate(value)]
        if isinstance(value, dict):
            return {
                name: await self._resolve_value(each, f"{path}.{name}", whose) for name, each in value.items()
            }
        match = _URI_PATTERN.fullmatch(value) if isinstance(value, str) and len(value) < 64 else None  # noqa: PLR2004 - longer than any URI
        return await self._sign_url(match[1], path, whose) if match else value

    async def _sign_url(self, upload: str, path: str, whose: tuple[str, Request]) -> str:
        services, (tenant, request) = self._services, whose
        key = _build_key(tenant, upload)
        size = await services.storage.get_size(key)
        if size is None:
            raise InvalidRequest(f"{path}: there is no upload {_URI}{upload}.", field=path)
        await services.storage.renew(key, size)
        seconds = _LINK_EXPIRY_TIMESTAMP - int(services.clock.now().timestamp())
        return get_base_url(request, services) + services.signer.sign(key, seconds)

    async def _read_body(self, request: Request) -> dict[str, Any]:
        seconds = self._services.settings.body_seconds
        return await read_object(request, limit=MAX_REQUEST_BYTES, seconds=seconds)


def _build_key(tenant: str, upload: str) -> str:
    name = sha256(f"{tenant}\n{upload}".encode()).hexdigest()[:32]
    return f"{UPLOADS_PREFIX}{name}.bin"
