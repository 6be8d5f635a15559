"""A server with `/v1/videos`, asked over HTTP: each call is bounded in time and bytes, and made once."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import httpx

from keyreel.engine import EngineHealth
from keyreel.engines.videos.answers import find_reason, find_video_id, parse_json, parse_status
from keyreel.errors import EngineUnavailable, RenderCrashed, RenderFailed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from keyreel.engines.videos.answers import VideoStatus
    from keyreel.engines.videos.flavour import Flavour, RequestBody
    from keyreel.wire.json_types import Json

_PATH: Final = "/v1/videos"
_CONNECT_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 60.0
"""At most, from the first byte sent to the last byte of the answer."""
_DOWNLOAD_SECONDS: Final = 600.0
_HEALTH_SECONDS: Final = 4.0
_MAX_ANSWER_BYTES: Final = 1024 * 1024
MAX_VIDEO_BYTES: Final = 512 * 1024 * 1024
_USUAL_RETRY_SECONDS: Final = 2.0
_MAX_RETRY_SECONDS: Final = 3600.0

_BUSY: Final = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_REFUSING: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_NOT_SET_UP: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class ServerUnreachable(EngineUnavailable):
    """The video server cannot be reached."""


class ServerBusy(EngineUnavailable):
    """The video server is busy."""

    def __init__(self, retry_after_seconds: float, *, has_refused: bool) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds
        self.has_refused = has_refused
        """Whether it certainly has nothing of the request: a gateway's 502 or 504 does not say."""


class AnswerLost(RenderCrashed):
    """The video server gave no answer that can be understood."""


class VideoLost(RenderCrashed):
    """The video server lost the video."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """A response: its body as JSON, None if it is none."""

    status: int
    body: Json | None
    retry_after: str

    def to_error(self) -> ServerBusy | AnswerLost:
        """Return the error of an answer that says nothing about a video."""
        if self.status not in _BUSY:
            return AnswerLost()
        return ServerBusy(_parse_seconds(self.retry_after), has_refused=self.status in _REFUSING)


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server is, the key that it asks for, or "", and what kind it is."""

    base_url: str
    api_key: str = field(repr=False)
    flavour: Flavour


class VideoServer:
    """A server. Enter it before use, in the event loop that it is asked in.

    Its calls raise `ServerUnreachable`, `ServerBusy` or `AnswerLost` where it gives no proper answer.
    """

    def __init__(self, address: ServerAddress) -> None:
        self._flavour = address.flavour
        key = {"Authorization": f"Bearer {address.api_key}"} if address.api_key else {}
        self._http = httpx.AsyncClient(
            base_url=address.base_url,
            headers={"Accept-Encoding": "identity", "User-Agent": "Keyreel"} | key,
            timeout=httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    async def submit(self, body: RequestBody, idempotency_key: str = "") -> str:
        """Ask for a video; return its id.

        A server that knows idempotency keys makes one video however often a key comes.

        Raises:
            EngineUnavailable: the server refuses everybody: its key, path or model is not set up.
            RenderFailed: it refuses this request.
        """
        content: dict[str, Any] = {"files": body.list_parts()} if body.is_form else {"json": body.fields}
        if idempotency_key:
            content["headers"] = {"Idempotency-Key": idempotency_key}
        answer = await self._ask("POST", _PATH, **content)
        video_id = find_video_id(answer.body)
        if answer.status < HTTPStatus.BAD_REQUEST and video_id is not None:
            return video_id
        if answer.status in _NOT_SET_UP:
            reason = find_reason(answer.body) or f"It returned {answer.status}."
            raise EngineUnavailable(f"The video server accepts no requests: {reason}")
        is_refused = HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
        if is_refused and answer.status not in _BUSY:
            reason = find_reason(answer.body) or f"It returned {answer.status}."
            raise RenderFailed(f"The video server refused the request: {reason}")
        raise answer.to_error()

    async def poll(self, video_id: str) -> VideoStatus:
        """Ask how far a video is.

        A failed one may be told with an HTTP status of an error.

        Raises:
            VideoLost: the server does not know it any more.
        """
        answer = await self._ask("GET", f"{_PATH}/{video_id}")
        status = parse_status(answer.body)
        if status is not None:
            return status
        if answer.status in _GONE:
            raise VideoLost
        raise answer.to_error()

    async def download(self, video_id: str, target: Path) -> None:
        """Save a completed video.

        Raises:
            VideoLost: the server does not have it any more.
            RenderFailed: it has too many bytes.
        """
        async with self._open("GET", f"{_PATH}/{video_id}/content", _DOWNLOAD_SECONDS) as response:
            if response.status_code in _GONE:
                raise VideoLost
            if response.status_code != HTTPStatus.OK:
                raise _Answer(response.status_code, None, response.headers.get("Retry-After", "")).to_error()
            received = 0
            with target.open("wb") as file:
                async for part in response.aiter_raw():
                    received += len(part)
                    if received > MAX_VIDEO_BYTES:
                        raise RenderFailed("The video server sent a video that is too large.")
                    file.write(part)

    async def delete(self, video_id: str) -> None:
        """Have a video's work stopped; a server that has finished it may refuse that."""
        await self._ask("DELETE", f"{_PATH}/{video_id}")

    async def check(self) -> EngineHealth:
        """Ask whether the server is well."""
        try:
            async with asyncio.timeout(_HEALTH_SECONDS):
                answer = await self._ask("GET", self._flavour.health_path)
        except (ServerUnreachable, AnswerLost) as error:
            return EngineHealth(ok=False, detail=error.message)
        except TimeoutError:
            return EngineHealth(
                ok=False, detail=f"The video server did not respond within {_HEALTH_SECONDS:g} s."
            )
        if answer.status < HTTPStatus.BAD_REQUEST:
            return EngineHealth(ok=True)
        return EngineHealth(ok=False, detail=f"The video server returned {answer.status}.")

    async def _ask(self, method: str, path: str, **content: Any) -> _Answer:
        async with self._open(method, path, _ANSWER_SECONDS, **content) as response:
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > _MAX_ANSWER_BYTES:
                    raise AnswerLost
        retry_after = response.headers.get("Retry-After", "")
        return _Answer(response.status_code, parse_json(bytes(body)), retry_after)

    @asynccontextmanager
    async def _open(
        self, method: str, path: str, seconds: float, **content: Any
    ) -> AsyncGenerator[httpx.Response]:
        try:
            async with asyncio.timeout(seconds), self._http.stream(method, path, **content) as response:
                yield response
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ServerUnreachable from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise AnswerLost from error


def _parse_seconds(retry_after: str) -> float:
    """Return the seconds of a Retry-After; what these servers seldom send, a date, counts as none."""
    text = retry_after.strip()
    is_number = text.isascii() and text.isdecimal()
    return min(float(text[:9]), _MAX_RETRY_SECONDS) if is_number else _USUAL_RETRY_SECONDS
