"""A service in memory that speaks through the dialects, and loses connections when told to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import httpx

from keyreel.client import Patience
from keyreel.errors import InvalidKey, Refusal, UnknownTask
from keyreel.task import SignedLinks, TaskState
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.dialects.registry import find_dialect
from keyreel.wire.requests.parsing import parse_body, validate_fields
from support.wire import task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from keyreel.task import Task
    from keyreel.wire.endpoints.endpoint import Endpoint

MP4 = b"....ftyp" * 5000
COVER = b"\xff\xd8\xff cover"
QUICK = Patience(first_seconds=0, faults=3)


class Torn(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks off."""

    def __iter__(self) -> Iterator[bytes]:
        yield MP4[:100]
        raise httpx.ReadError("connection reset")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield MP4[:100]
        raise httpx.ReadError("connection reset")


@dataclass
class Service(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers as a server does; `plan` is the states that polls find, one after the other."""

    format: str = "async_v3"
    plan: list[TaskState] = field(
        default_factory=lambda: [TaskState.QUEUED, TaskState.RUNNING, TaskState.SUCCEEDED]
    )
    trouble: list[Any] = field(default_factory=list)
    """What the next requests meet in place of an answer: an exception, a response, or None for nothing."""
    base: str = "http://service.test/files"
    reason: str = ""
    requests: list[httpx.Request] = field(default_factory=list)
    got: Endpoint | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return self._answer(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return self._answer(request)

    def paths(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.requests]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        trouble = self.trouble.pop(0) if self.trouble else None
        if isinstance(trouble, Exception):
            raise trouble
        if trouble is not None:
            return trouble
        if "/files/" in request.url.path:
            return httpx.Response(200, content=COVER if request.url.path.endswith(".jpg") else MP4)
        try:
            return httpx.Response(200, json=self._spoken(request))
        except Refusal as error:
            status, body = find_dialect(self.format).build_error_response(error)
            return httpx.Response(status, json=body)

    def _spoken(self, request: httpx.Request) -> Any:
        spoken = find_dialect(self.format)
        if request.headers.get("authorization") != f"{spoken.auth_scheme} key":
            raise InvalidKey
        if request.method == "POST":
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>.+)", spoken.get_path(RouteAction.SUBMIT))
            values = re.fullmatch(pattern, request.url.path)
            assert values
            self.got = validate_fields(
                spoken.parse_submit_request(values.groupdict(), parse_body(request.content))
            )
            return spoken.build_submit_response(self._task(TaskState.QUEUED), self.got)
        if self.got is None:
            raise UnknownTask
        state = self.plan.pop(0)
        done = SignedLinks(f"{self.base}/v.mp4?s=1", f"{self.base}/c.jpg?s=1", 60)
        links = done if state is TaskState.SUCCEEDED else None
        return spoken.build_result_response(self._task(state), self.got, links, 1)

    def _task(self, state: TaskState) -> Task:
        assert self.got
        found = task(type(self.got), state, progress=0.5, reason=self.reason)
        return replace(found, submission=replace(found.submission, seed=11))
