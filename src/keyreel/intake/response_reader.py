"""Reads one HTTP response to its end: follows redirects, undoes encodings, counts bytes, trusts no length."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus
from typing import Final

import httpx

from keyreel.intake.content_encodings import ContentDecoder, DecodedTooLarge, TruncatedBody
from keyreel.wire.inputs.urls import find_url_problem, normalize_url

MAX_REDIRECTS: Final = 5
"""Link shorteners before signed storage need four."""

_FULL_STATUSES: Final = {HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION}
_TRANSIENT_STATUSES: Final = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
"""Statuses after which another try may succeed (RFC 9110; S3 documents its 500 so)."""

_CONTENT_RANGE_PATTERN: Final = re.compile(r"bytes 0-([0-9]{1,18})/([0-9]{1,18})", re.IGNORECASE)
# Errors after a connection was made. One that could not be made is not retried: how long that takes would
# tell what is forbidden from what is down.
_CONNECTION_ERRORS: Final = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)


class FetchFailed(Exception):
    """A response came, but no body that can be used."""


class TransientFetchFailure(FetchFailed):
    """Another try may do better. `retry_after` is that header as it came."""

    def __init__(self, message: str, retry_after: str = "") -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ResponseTooLarge(Exception):
    """The body has more bytes than the caller takes."""


async def fetch_following_redirects(
    client: httpx.AsyncClient, url: str, max_bytes: int, *, max_redirects: int = MAX_REDIRECTS
) -> bytes:
    """Return the body at a URL, over a few redirects. httpx would read and unpack the body of each redirect.

    Raises:
        TransientFetchFailure: the server is busy, or the response broke off.
        FetchFailed: there is no body to be had.
        InvalidContentEncoding: the body is in a Content-Encoding that is not undone here.
        ResponseTooLarge: it has more than `max_bytes`, as sent or when unpacked.
    """
    try:
        for _ in range(1 + max_redirects):
            wrong = find_url_problem(url)
            if wrong:
                raise FetchFailed(f"the URL {wrong}")
            async with client.stream("GET", url) as response:
                if not response.has_redirect_location:
                    return await _read_body(response, max_bytes)
                url = str(response.url.join(normalize_url(response.headers["Location"])))
    except _CONNECTION_ERRORS as error:
        raise TransientFetchFailure(f"{type(error).__name__}: {error}") from error
    raise FetchFailed(f"more than {max_redirects} redirects")


async def _read_body(response: httpx.Response, max_bytes: int) -> bytes:
    _check_status(response)
    decoder = ContentDecoder(response.headers.get("Content-Encoding", ""), max_bytes)
    body, raw = bytearray(), 0
    try:
        async for chunk in response.aiter_raw():
            raw += len(chunk)
            for piece in decoder.decode(chunk):
                body += piece
                _check_length(max(raw, len(body)), max_bytes)
                # Unpacking keeps everything else waiting, the deadline too.
                await asyncio.sleep(0)
        for piece in decoder.flush():
            body += piece
    except DecodedTooLarge:
        raise ResponseTooLarge from None
    except TruncatedBody:
        raise TransientFetchFailure("the compressed body is incomplete") from None
    return bytes(body)


def _check_length(length: int, max_bytes: int) -> None:
    if length > max_bytes:
        raise ResponseTooLarge


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status in _TRANSIENT_STATUSES:
        raise TransientFetchFailure(f"status {status}", response.headers.get("Retry-After", ""))
    if status == HTTPStatus.PARTIAL_CONTENT:
        part = _CONTENT_RANGE_PATTERN.fullmatch(response.headers.get("Content-Range", "").strip())
        if part and int(part[1]) + 1 == int(part[2]):
            return
    if status not in _FULL_STATUSES:
        raise FetchFailed(f"status {status}")
