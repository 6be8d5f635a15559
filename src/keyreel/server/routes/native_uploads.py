"""Uploads as the native format makes them: begin, put the file, finish; requests then name it by a URI."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from keyreel.errors import InvalidRequest, MissingField, UnknownEndpoint
from keyreel.server.requests.base_url import get_base_url
from keyreel.server.requests.body import read_object
from keyreel.server.routes.uploads import (
    MAX_REQUEST_BYTES,
    UPLOAD_LINK_SECONDS,
    sign_upload_link,
)
from keyreel.server.submission.upload_uris import (
    UPLOAD_ID,
    UPLOAD_IDS,
    UPLOAD_URI_PREFIX,
    build_upload_key,
)
from keyreel.storage.pending_files import compute_sha256

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services


class NativeUploadRoutes:
    """The routes that begin and finish such uploads."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def begin(self, request: Request, caller: Caller) -> JSONResponse:
        """Answer `{id, put_url, expires_at}`."""
        services = self._services
        await self._read_body(request)
        upload = str(services.random.choice(UPLOAD_IDS))
        signer = services.signer.for_owner(caller.key_id)
        address = sign_upload_link(signer, caller.tenant, build_upload_key(caller.tenant, upload))
        ends = services.clock.now() + timedelta(seconds=UPLOAD_LINK_SECONDS)
        return JSONResponse(
            {
                "id": upload,
                "put_url": get_base_url(request, services) + address,
                "expires_at": f"{ends:%Y-%m-%dT%H:%M:%S}Z",
            }
        )

    async def finish(self, request: Request, caller: Caller) -> JSONResponse:
        """Answer `{uri}` once the file is there, and has the entity tag that the client names.

        Raises:
            UnknownEndpoint: there is no such upload of this tenant, or no file was put there yet.
            InvalidRequest: the id or the tag is wrong.
        """
        services, upload = self._services, request.path_params["id"]
        body = await self._read_body(request)
        if not UPLOAD_ID.fullmatch(upload):
            raise InvalidRequest(f"id: got {upload[:64]!r}; must be an upload's ID.", field="id")
        etag = body.get("etag")
        if not isinstance(etag, str) or not etag.strip():
            raise MissingField("etag: is required: the ETag of the response to the PUT.", field="etag")
        key = build_upload_key(caller.tenant, upload)
        if await services.storage.get_size(key) is None:
            raise UnknownEndpoint(f"There is no upload {upload}, or no file was sent to its put_url yet.")
        if etag.strip().removeprefix("W/").strip('"') != await compute_sha256(services.storage, key):
            raise InvalidRequest("etag: does not match the uploaded file.", field="etag")
        return JSONResponse({"uri": UPLOAD_URI_PREFIX + upload})

    async def _read_body(self, request: Request) -> dict[str, Any]:
        seconds = self._services.settings.body_seconds
        return await read_object(request, limit=MAX_REQUEST_BYTES, seconds=seconds)
