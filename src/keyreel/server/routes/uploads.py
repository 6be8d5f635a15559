"""Files that clients upload before they name them in a request: a signed address to put, another to read.

Who has the signed address may put one file there, once; the address names no key of the API.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from hashlib import sha256
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response

from keyreel.errors import BodyTooLarge, InvalidRequest, LinkForged, MissingField
from keyreel.intake.images import inspect_image
from keyreel.server.requests.base_url import base_url
from keyreel.server.requests.body import read_body, read_object
from keyreel.tasks.accounts.api_keys import Scope
from keyreel.wire.endpoints.endpoint import PictureRules
from keyreel.wire.inputs import magic_numbers

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.context import Services
    from keyreel.storage.objects import ObjectStorage

LARGEST_UPLOAD: Final = 100 * 1024 * 1024
UPLOAD_SECONDS: Final = 3600
"""How long the address to put a file at is good."""

FOLDER: Final = "uploads/"
TO_PUT: Final = "put/"
"""Stands before the key in addresses to put at, so that an address to read from is never one of them."""
ASKING_LIMIT: Final = 64 * 1024
_LONGEST_NAME: Final = 1024
_RULES: Final = PictureRules(widest=None)
_KINDS: Final = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mp4",
    "video/webm": "webm",
}
_ENDINGS: Final = {"jpeg": "jpg", "mov": "mp4", "m4v": "mp4"} | {kind: kind for kind in _KINDS.values()}
_ANY: Final = "bin"


class Uploads:
    """The routes of uploads."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def grant(self, request: Request) -> JSONResponse:
        """Answer `{upload_url, download_url, …}` for `{file_name, content_type}`."""
        services = self._services
        services.gate.caller(request.headers, Scope.SUBMIT)
        seconds = services.settings.body_seconds
        body = await read_object(request, limit=ASKING_LIMIT, seconds=seconds)
        key = f"{FOLDER}{token_hex(16)}.{_ending(body.get('file_name'), body.get('content_type'))}"
        base = base_url(request, services)
        ends = services.clock.now() + timedelta(seconds=UPLOAD_SECONDS)
        return JSONResponse(
            {
                "upload_url": base + services.signer.sign(TO_PUT + key, UPLOAD_SECONDS),
                "download_url": base + services.signer.sign(key, services.settings.link_seconds),
                "expires_at": f"{ends:%Y-%m-%dT%H:%M:%S}Z",
                "existing_file": False,
            }
        )

    async def take(self, request: Request) -> Response:
        """Keep a file that is put at a granted address.

        Raises:
            LinkForged: the address was granted for something else.
            LinkExpired: it was good once.
            InvalidRequest: the file is no picture or video, or another one is here already.
            BodyTooLarge: it passes the limit.
        """
        services = self._services
        signed = services.signer.verify(request.url.path, request.query_params)
        if not signed.startswith(TO_PUT + FOLDER):
            raise LinkForged("Files cannot be put at this address.")
        key = signed.removeprefix(TO_PUT)
        data = await _received(request, services.settings.body_seconds)
        _check(data)
        if await services.storage.get_size(key) is None:
            await services.storage.put(key, data)
        elif not await self._is_here(key, data):
            raise InvalidRequest("Another file was put at this address: ask for a new one.")
        return Response(status_code=200, headers={"ETag": f'"{await _digest(data)}"'})

    async def _is_here(self, key: str, data: bytes) -> bool:
        """Say whether the same file was put before, by a client that did not hear our answer."""
        return await tag_of(self._services.storage, key) == await _digest(data)


async def tag_of(storage: ObjectStorage, key: str) -> str:
    """Return the entity tag, without quotes, that was answered when a file was put: its SHA-256."""
    kept = sha256()
    async for chunk in storage.read(key):
        kept.update(chunk)
    return kept.hexdigest()


async def _digest(data: bytes) -> str:
    return (await asyncio.to_thread(sha256, data)).hexdigest()


async def _received(request: Request, seconds: float) -> bytes:
    try:
        return await read_body(request, limit=LARGEST_UPLOAD, seconds=seconds)
    except BodyTooLarge:
        raise BodyTooLarge(f"A file may have at most {LARGEST_UPLOAD // 1024 // 1024} MiB.") from None


def _ending(file_name: object, content_type: object) -> str:
    """Choose a key's ending by what the client says: it only names downloads, the bytes say what they are."""
    if not isinstance(file_name, str) or not file_name.strip() or len(file_name) > _LONGEST_NAME:
        raise MissingField("file_name: is required, as text.", field="file_name")
    if content_type is not None and not isinstance(content_type, str):
        raise InvalidRequest("content_type: must be text such as image/png.", field="content_type")
    kind = content_type.partition(";")[0].strip().lower() if content_type else ""
    return _KINDS.get(kind) or _ENDINGS.get(file_name.rpartition(".")[2].lower(), _ANY)


def _check(data: bytes) -> None:
    """Hold a file's first bytes against what pictures and videos begin with, whatever it was called."""
    if magic_numbers.of_video(data):
        return
    if not magic_numbers.of_picture(data):
        raise InvalidRequest(
            "file: this is no picture (PNG, JPEG, WebP) and no video (MP4, MOV, WebM).", field="file"
        )
    inspect_image(data, _RULES, "file")
