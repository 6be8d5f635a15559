"""Files that clients upload before they name them in a request: a signed address to put, another to read.

Who has the signed address may put one file there, once; the address names no key of the API.
"""

from __future__ import annotations

import asyncio
from hashlib import sha256
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response

from keyreel.errors import BodyTooLarge, InvalidRequest, LinkForged, MissingField
from keyreel.intake.images import inspect
from keyreel.server.addresses import base_url
from keyreel.server.body import read_body, read_object
from keyreel.tasks.keys import Scope
from keyreel.wire.endpoint import PictureRules

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services

LARGEST_UPLOAD: Final = 100 * 1024 * 1024
UPLOAD_SECONDS: Final = 3600
"""How long the address to put a file at is good."""

_FOLDER: Final = "uploads/"
_TO_PUT: Final = "put/"
"""Stands before the key in addresses to put at, so that an address to read from is never one of them."""
_ASKING_LIMIT: Final = 64 * 1024
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
_EBML: Final = b"\x1a\x45\xdf\xa3"


class Uploads:
    """The routes of uploads."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def grant(self, request: Request) -> JSONResponse:
        """Answer `{upload_url, download_url}` for `{file_name, content_type}`."""
        services = self._services
        services.gate.caller(request.headers, Scope.SUBMIT)
        seconds = services.settings.body_seconds
        body = await read_object(request, limit=_ASKING_LIMIT, seconds=seconds)
        key = f"{_FOLDER}{token_hex(16)}.{_ending(body.get('file_name'), body.get('content_type'))}"
        base = base_url(request, services)
        return JSONResponse(
            {
                "upload_url": base + services.signer.sign(_TO_PUT + key, UPLOAD_SECONDS),
                "download_url": base + services.signer.sign(key, services.settings.link_seconds),
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
        if not signed.startswith(_TO_PUT + _FOLDER):
            raise LinkForged("Files cannot be put at this address.")
        key = signed.removeprefix(_TO_PUT)
        data = await _received(request, services.settings.body_seconds)
        _check(data, key)
        if await services.storage.size(key) is None:
            await services.storage.put(key, data)
        elif not await self._is_here(key, data):
            raise InvalidRequest("Another file was put at this address: ask for a new one.")
        return Response(status_code=200)

    async def _is_here(self, key: str, data: bytes) -> bool:
        """Say whether the same file was put before, by a client that did not hear our answer."""
        kept = sha256()
        async for chunk in self._services.storage.read(key):
            kept.update(chunk)
        return kept.digest() == (await asyncio.to_thread(sha256, data)).digest()


async def _received(request: Request, seconds: float) -> bytes:
    try:
        return await read_body(request, limit=LARGEST_UPLOAD, seconds=seconds)
    except BodyTooLarge:
        raise BodyTooLarge(f"A file may have at most {LARGEST_UPLOAD // 1024 // 1024} MiB.") from None


def _ending(file_name: object, content_type: object) -> str:
    """Choose a key's ending by what the client says; it only chooses the media type of downloads."""
    if not isinstance(file_name, str) or not file_name.strip() or len(file_name) > _LONGEST_NAME:
        raise MissingField("file_name: is required, as text.", field="file_name")
    if content_type is not None and not isinstance(content_type, str):
        raise InvalidRequest("content_type: must be text such as image/png.", field="content_type")
    kind = content_type.partition(";")[0].strip().lower() if content_type else ""
    ending = _KINDS.get(kind) or _ENDINGS.get(file_name.rpartition(".")[2].lower())
    if ending is None:
        raise InvalidRequest(
            "content_type: only pictures (PNG, JPEG, WebP) and videos (MP4, WebM) may be uploaded.",
            field="content_type",
        )
    return ending


def _check(data: bytes, key: str) -> None:
    """Hold a file's beginning against what pictures and videos begin with."""
    if key.endswith((".mp4", ".webm")):
        if data[4:8] != b"ftyp" and not data.startswith(_EBML):
            raise InvalidRequest("file: this is no MP4 or WebM video.", field="file")
        return
    inspect(data, _RULES, "file")
