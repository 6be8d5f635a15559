"""Serving stored files through signed links, with Range and HEAD as players and download tools need them."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from keyreel.errors import LinkExpired
from keyreel.server.streamed_response import StreamedResponse
from keyreel.server.submission.upload_uris import UPLOADS_PREFIX
from keyreel.storage.download_headers import CACHE_CONTROL, format_disposition, get_media_type
from keyreel.wire.inputs import magic_numbers

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class FileRoute:
    """The route of signed links."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def send_signed(self, request: Request) -> Response:
        """Send the file behind a signed link."""
        path, query, services = request.url.path, request.query_params, self._services
        key = await services.store.database.ask(lambda: services.signer.verify(path, query))
        return await self.send(key, request)

    async def send(self, key: str, request: Request) -> Response:
        """Send a stored file, or the byte range of it that the request names.

        Raises:
            LinkExpired: it is no longer stored.
        """
        size = await self._services.storage.get_size(key)
        if size is None:
            raise LinkExpired("The file of this link was deleted.")
        headers = {
            "Accept-Ranges": "bytes",
            "Cache-Control": CACHE_CONTROL,
            "Content-Disposition": format_disposition(key),
            "ETag": f'"{key.replace("/", "-")}"',
            "X-Content-Type-Options": "nosniff",
        }
        start, end = 0, size
        byte_range = _parse_range(request.headers.get("range", ""), size)
        if_range = request.headers.get("if-range", "")
        if byte_range and if_range in {"", headers["ETag"]}:
            start, end = byte_range
            if start >= end:
                return Response(
                    status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                    headers={"Content-Range": f"bytes */{size}"},
                )
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        headers["Content-Length"] = str(end - start)
        status = HTTPStatus.PARTIAL_CONTENT if "Content-Range" in headers else HTTPStatus.OK
        media_type = await self._detect_media_type(key)
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers, media_type=media_type)
        content = self._services.storage.read(key, start, end)
        return StreamedResponse(content, status_code=status, headers=headers, media_type=media_type)

    async def _detect_media_type(self, key: str) -> str:
        """Return a file's media type: by its key's extension, for uploads by the first bytes."""
        by_extension = get_media_type(key)
        if not key.startswith(UPLOADS_PREFIX):
            return by_extension
        start = [chunk async for chunk in self._services.storage.read(key, 0, magic_numbers.SNIFF_BYTES)]
        return magic_numbers.detect_media_type(b"".join(start)) or by_extension


def _parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Read one byte range (RFC 9110, 14) as [start, end); None where the whole file is to be sent.

    A range beyond the file has its start at or after its end.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match[1] == match[2] == "":
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size
    end = min(int(match[2]) + 1, size) if match[2] else size
    return int(match[1]), end
