"""Uploads before a request: a signed URL to put a file at, and another by which requests name it.

Whoever has the signed URL may put one file there, once; it needs no API key. The file counts for the tenant
that asked for the URL, whose rate limit took that as a submit.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from hashlib import sha256
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response

from keyreel.errors import BodyTooLarge, InvalidRequest, LinkForged, MissingField
from keyreel.intake.images import inspect_image
from keyreel.server.requests.base_url import get_base_url
from keyreel.server.requests.body import read_body, read_object
from keyreel.server.submission.upload_uris import UPLOADS_PREFIX
from keyreel.tasks.accounts.stored_files import check_upload, count_upload
from keyreel.tasks.database.retry import SUBMIT_RETRY_SECONDS, write_when_available
from keyreel.wire.endpoints.endpoint import ImageRules
from keyreel.wire.inputs import magic_numbers

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services
    from keyreel.storage.signed_urls import LinkSigner

MAX_UPLOAD_BYTES: Final = 100 * 1024 * 1024
"""One file."""
UPLOAD_LINK_SECONDS: Final = 3600
"""How long the URL to put a file at is valid."""

PUT_PREFIX: Final = "put/"
"""Stands before the storage key in URLs to put at, so that a URL to read from is never one of them."""
MAX_REQUEST_BYTES: Final = 64 * 1024
_MAX_NAME_CHARS: Final = 1024
_RULES: Final = ImageRules(widest=None)
_EXTENSION_BY_MEDIA_TYPE: Final = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mp4",
    "video/webm": "webm",
}
_EXTENSION_BY_ALIAS: Final = {"jpeg": "jpg", "mov": "mp4", "m4v": "mp4"} | {
    extension: extension for extension in _EXTENSION_BY_MEDIA_TYPE.values()
}
_DEFAULT_EXTENSION: Final = "bin"


class UploadRoutes:
    """The routes of uploads in the comfy format, and the PUT of every upload."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def create_upload(self, request: Request, caller: Caller) -> JSONResponse:
        """Answer `{upload_url, download_url, …}` for `{file_name, content_type}`."""
        services = self._services
        signer = services.signer.for_owner(caller.key_id)
        seconds = services.settings.body_seconds
        body = await read_object(request, limit=MAX_REQUEST_BYTES, seconds=seconds)
        extension = _choose_extension(body.get("file_name"), body.get("content_type"))
        key = f"{UPLOADS_PREFIX}{token_hex(16)}.{extension}"
        base = get_base_url(request, services)
        ends = services.clock.now() + timedelta(seconds=UPLOAD_LINK_SECONDS)
        return JSONResponse(
            {
                "upload_url": base + sign_upload_link(signer, caller.tenant, key),
                "download_url": base + signer.sign(key, services.settings.link_seconds),
                "expires_at": f"{ends:%Y-%m-%dT%H:%M:%S}Z",
                "existing_file": False,
            }
        )

    async def receive_file(self, request: Request) -> Response:
        """Store a file that is put at a signed URL.

        Raises:
            LinkForged: the URL was signed for something else.
            LinkExpired: it is no longer valid.
            InvalidRequest: the file is no image or video.
            UploadConflict: another file is here already; the same one may be put again.
            BodyTooLarge: it passes the limit.
            QuotaExceeded: the tenant has stored as much as it may.
            Unavailable: the disk has no room.
        """
        services = self._services
        path, query = request.url.path, request.query_params
        signed = await services.store.database.ask(lambda: services.signer.verify(path, query))
        tenant, key = _parse_upload_path(signed)
        services.storage.require_room()
        database, quota = services.store.database, services.settings.storage_quota_bytes
        announced = request.headers.get("content-length", "")
        # Before it is read: whoever sends a file that is too much need not wait for that.
        size = int(announced) if announced.isdecimal() else 0
        check = partial(check_upload, database, tenant, {key: size}, usual_quota=quota)
        await database.ask(check)
        data = await _read_file(request, services.settings.body_seconds)
        _check_file(data)
        count = partial(count_upload, database, tenant, {key: len(data)}, usual_quota=quota)
        async with services.pending_files.create(key, data) as hold:
            await write_when_available(services.store.writer, count, SUBMIT_RETRY_SECONDS, services.random)
            hold.keep()
        return Response(headers={"ETag": f'"{await asyncio.to_thread(_hash, data)}"'})


def sign_upload_link(signer: LinkSigner, tenant: str, key: str) -> str:
    """Return the path and query at which one file may be put, which then counts for the tenant."""
    # In hexadecimal: a tenant's name may be `..`, which clients take out of paths.
    return signer.sign(f"{PUT_PREFIX}{tenant.encode().hex()}/{key}", UPLOAD_LINK_SECONDS)


def _parse_upload_path(signed: str) -> tuple[str, str]:
    """Return the tenant and the storage key of a path that was signed for a PUT.

    Raises:
        LinkForged: it was signed for something else.
    """
    tenant, _, key = signed.removeprefix(PUT_PREFIX).partition("/")
    if not signed.startswith(PUT_PREFIX) or not key.startswith(UPLOADS_PREFIX):
        raise LinkForged("Files cannot be uploaded to this URL.")
    return bytes.fromhex(tenant).decode(), key


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()


async def _read_file(request: Request, seconds: float) -> bytes:
    try:
        return await read_body(request, limit=MAX_UPLOAD_BYTES, seconds=seconds)
    except BodyTooLarge:
        raise BodyTooLarge(f"A file can have at most {MAX_UPLOAD_BYTES // 1024 // 1024} MiB.") from None


def _choose_extension(file_name: object, content_type: object) -> str:
    """Choose a storage key's extension by what the client says; it names downloads, and is not trusted."""
    if not isinstance(file_name, str) or not file_name.strip() or len(file_name) > _MAX_NAME_CHARS:
        raise MissingField("file_name: is required, as text.", field="file_name")
    if content_type is not None and not isinstance(content_type, str):
        raise InvalidRequest("content_type: must be text such as image/png.", field="content_type")
    media_type = content_type.partition(";")[0].strip().lower() if content_type else ""
    return _EXTENSION_BY_MEDIA_TYPE.get(media_type) or _EXTENSION_BY_ALIAS.get(
        file_name.rpartition(".")[2].lower(), _DEFAULT_EXTENSION
    )


def _check_file(data: bytes) -> None:
    """Check that a file is an image or a video by its first bytes, and an image by its header too."""
    if magic_numbers.is_video(data):
        return
    if not magic_numbers.is_image(data):
        raise InvalidRequest(
            "file: this is neither an image (PNG, JPEG, WebP) nor a video (MP4, MOV, WebM).", field="file"
        )
    inspect_image(data, _RULES, "file")
