"""The two drivers of the SDK's flows: one blocks, one awaits. What they do is in `sansio`."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from keyreel.client import drafts, sansio
from keyreel.client.requests import build_request
from keyreel.client.sansio import ConnectionDropped, DownloadFile, Patience, Pause, RemoteServer, StepResponse
from keyreel.system.atomic_file import open_atomically
from keyreel.wire.dialects.registry import find_dialect

if TYPE_CHECKING:
    import os
    from types import TracebackType
    from typing import Self

    import httpx

    from keyreel.client.sansio import Flow, ProgressListener, Step
    from keyreel.task import TaskId
    from keyreel.wire.dialects.dialect import Report
    from keyreel.wire.endpoints.endpoint import Endpoint

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _FinishedVideo:
    """A finished video on a server."""

    report: Report

    @property
    def url(self) -> str:
        """The video's URL, which expires after a while."""
        return self.report.video_url

    @property
    def cover_url(self) -> str:
        """The cover image's URL; empty where the service makes none."""
        return self.report.cover_url

    @property
    def seed(self) -> int | None:
        """The seed that was used."""
        return self.report.seed

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be done as asked."""
        return self.report.notes


@dataclass(frozen=True, slots=True)
class Video(_FinishedVideo):
    """A finished video on a server."""

    _client: Client = field(repr=False)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Download the video to a file, which appears whole or not at all."""
        return self._client.run(sansio.save(self._client.remote, self.report, Path(path)))

    def save_cover(self, path: str | os.PathLike[str]) -> Path:
        """Download the cover image likewise."""
        return self._client.run(sansio.save(self._client.remote, self.report, Path(path), self.cover_url))


@dataclass(frozen=True, slots=True)
class AsyncVideo(_FinishedVideo):
    """A finished video on a server."""

    _client: AsyncClient = field(repr=False)

    async def save(self, path: str | os.PathLike[str]) -> Path:
        """Download the video to a file, which appears whole or not at all."""
        return await self._client.run(sansio.save(self._client.remote, self.report, Path(path)))

    async def save_cover(self, path: str | os.PathLike[str]) -> Path:
        """Download the cover image likewise."""
        client = self._client
        return await client.run(sansio.save(client.remote, self.report, Path(path), self.cover_url))


@dataclass(frozen=True, slots=True)
class Draft(Video):
    """The draft of an order, which is held for a day unless it is approved or cancelled before."""

    order_id: TaskId

    @property
    def reason(self) -> str:
        """Why there is no draft; empty where there is one."""
        return self.report.reason

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Download the draft to a file.

        Raises:
            RenderFailed: there is none; the order is held all the same.
        """
        sansio.check_succeeded(self.report)
        return Video.save(self, path)

    def approve(self, *, on_progress: ProgressListener | None = None) -> Video:
        """Have the video made, and wait for it.

        Raises:
            Refusal: the order was cancelled, or a day has passed.
            RenderFailed: the task ended without a video.
        """
        flow = drafts.approve(self._client.remote, self.order_id, on_progress)
        return Video(self._client.run(flow), self._client)

    def cancel(self) -> None:
        """Cancel the order: it costs nothing."""
        self._client.run(drafts.give_up(self._client.remote, self.order_id))


@dataclass(frozen=True, slots=True)
class AsyncDraft(AsyncVideo):
    """The draft of an order, which is held for a day unless it is approved or cancelled before."""

    order_id: TaskId

    @property
    def reason(self) -> str:
        """Why there is no draft; empty where there is one."""
        return self.report.reason

    async def save(self, path: str | os.PathLike[str]) -> Path:
        """Download the draft to a file.

        Raises:
            RenderFailed: there is none; the order is held all the same.
        """
        sansio.check_succeeded(self.report)
        return await AsyncVideo.save(self, path)

    async def approve(self, *, on_progress: ProgressListener | None = None) -> AsyncVideo:
        """Have the video made, and wait for it.

        Raises:
            Refusal: the order was cancelled, or a day has passed.
            RenderFailed: the task ended without a video.
        """
        flow = drafts.approve(self._client.remote, self.order_id, on_progress)
        return AsyncVideo(await self._client.run(flow), self._client)

    async def cancel(self) -> None:
        """Cancel the order: it costs nothing."""
        await self._client.run(drafts.give_up(self._client.remote, self.order_id))


class Client:
    """Talks to a server and blocks meanwhile.

    ```python
    with Client("http://127.0.0.1:8080", "key") as client:
        client.generate("vidu-q2-pro-img2video", image="cat.png", prompt="It wakes up.").save("cat.mp4")
    ```
    """

    def __init__(
        self,
        base_url: str,
        api_key: str = "",
        dialect: str = "async_v3",
        *,
        patience: Patience | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        import httpx

        self.remote = RemoteServer(base_url, api_key, find_dialect(dialect), patience or Patience())
        self._http = httpx.Client(transport=transport, timeout=httpx.Timeout(60, connect=10))

    def submit(self, model: str, **fields: Any) -> TaskId:
        """Submit a request; see `keyreel.client.requests.build_request` for the fields."""
        return self.run(sansio.submit(self.remote, build_request(model, fields)))

    def poll(self, task_id: TaskId) -> Report:
        """Poll a task once."""
        return self.run(sansio.poll(self.remote, task_id))

    def cancel(self, task_id: TaskId) -> None:
        """Cancel a task that has not ended; the formats native, comfy and openai_videos can."""
        self.run(sansio.cancel(self.remote, task_id))

    def wait(self, task_id: TaskId, *, on_progress: ProgressListener | None = None) -> Video:
        """Wait for a task's video."""
        return Video(self.run(sansio.wait(self.remote, task_id, on_progress)), self)

    def generate(self, model: str, *, on_progress: ProgressListener | None = None, **fields: Any) -> Video:
        """Submit a request and wait for its video; `on_progress` gets a Report at every poll.

        Raises:
            Refusal: the server rejects the request; the class says why.
            RenderFailed: the task ended without a video.
            RemoteError: the server cannot be reached, or its response is malformed.
        """
        return Video(self.run(sansio.generate(self.remote, build_request(model, fields), on_progress)), self)

    def draft(self, model: str, *, on_progress: ProgressListener | None = None, **fields: Any) -> Draft:
        """Submit a request and wait for its draft: free, 540p at most; the video is made on its approval.

        Raises:
            Refusal: the server rejects the request; the class says why.
            RemoteError: the server makes no drafts, or cannot be reached.
        """
        flow = drafts.request_draft(self.remote, build_request(model, fields), on_progress)
        order = self.run(flow)
        return Draft(order.draft, self, order.task_id)

    def run(self, flow: Flow[T]) -> T:
        """Drive a flow to its end."""
        import httpx

        try:
            step = next(flow)
            while True:
                try:
                    response = self._perform_step(step)
                except (httpx.TransportError, httpx.InvalidURL) as error:
                    reached = not isinstance(error, _list_unsent_errors())
                    step = flow.throw(
                        ConnectionDropped(str(error) or type(error).__name__, may_have_arrived=reached)
                    )
                else:
                    step = flow.send(response)
        except StopIteration as end:
            value: T = end.value
            return value

    def _perform_step(self, step: Step) -> StepResponse:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return StepResponse()
        if isinstance(step, DownloadFile):
            with self._http.stream("GET", step.url, headers=step.headers, follow_redirects=True) as response:
                if response.is_success:
                    with open_atomically(step.path, durable=False) as file:
                        for chunk in response.iter_bytes():
                            file.write(chunk)
                return StepResponse(response.status_code)
        response = self._http.request(step.method, step.url, headers=step.headers, content=step.body)
        return StepResponse(response.status_code, response.headers, response.content)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_class: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClient:
    """Talks to a server and lets other tasks of the event loop run meanwhile; otherwise like Client."""

    def __init__(
        self,
        base_url: str,
        api_key: str = "",
        dialect: str = "async_v3",
        *,
        patience: Patience | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        import httpx

        self.remote = RemoteServer(base_url, api_key, find_dialect(dialect), patience or Patience())
        self._http = httpx.AsyncClient(transport=transport, timeout=httpx.Timeout(60, connect=10))

    async def submit(self, model: str, **fields: Any) -> TaskId:
        """Submit a request; see `keyreel.client.requests.build_request` for the fields."""
        return await self.run(sansio.submit(self.remote, await _build_request(model, fields)))

    async def poll(self, task_id: TaskId) -> Report:
        """Poll a task once."""
        return await self.run(sansio.poll(self.remote, task_id))

    async def cancel(self, task_id: TaskId) -> None:
        """Cancel a task that has not ended; the formats native, comfy and openai_videos can."""
        await self.run(sansio.cancel(self.remote, task_id))

    async def wait(self, task_id: TaskId, *, on_progress: ProgressListener | None = None) -> AsyncVideo:
        """Wait for a task's video."""
        return AsyncVideo(await self.run(sansio.wait(self.remote, task_id, on_progress)), self)

    async def generate(
        self, model: str, *, on_progress: ProgressListener | None = None, **fields: Any
    ) -> AsyncVideo:
        """Submit a request and wait for its video; `on_progress` gets a Report at every poll.

        Raises:
            Refusal: the server rejects the request; the class says why.
            RenderFailed: the task ended without a video.
            RemoteError: the server cannot be reached, or its response is malformed.
        """
        flow = sansio.generate(self.remote, await _build_request(model, fields), on_progress)
        return AsyncVideo(await self.run(flow), self)

    async def draft(
        self, model: str, *, on_progress: ProgressListener | None = None, **fields: Any
    ) -> AsyncDraft:
        """Submit a request and wait for its draft: free, 540p at most; the video is made on its approval.

        Raises:
            Refusal: the server rejects the request; the class says why.
            RemoteError: the server makes no drafts, or cannot be reached.
        """
        flow = drafts.request_draft(self.remote, await _build_request(model, fields), on_progress)
        order = await self.run(flow)
        return AsyncDraft(order.draft, self, order.task_id)

    async def run(self, flow: Flow[T]) -> T:
        """Drive a flow to its end."""
        import httpx

        try:
            step = next(flow)
            while True:
                try:
                    response = await self._perform_step(step)
                except (httpx.TransportError, httpx.InvalidURL) as error:
                    reached = not isinstance(error, _list_unsent_errors())
                    step = flow.throw(
                        ConnectionDropped(str(error) or type(error).__name__, may_have_arrived=reached)
                    )
                else:
                    step = flow.send(response)
        except StopIteration as end:
            value: T = end.value
            return value

    async def _perform_step(self, step: Step) -> StepResponse:
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return StepResponse()
        if isinstance(step, DownloadFile):
            async with self._http.stream(
                "GET", step.url, headers=step.headers, follow_redirects=True
            ) as response:
                if response.is_success:
                    with open_atomically(step.path, durable=False) as file:
                        async for chunk in response.aiter_bytes():
                            file.write(chunk)
                return StepResponse(response.status_code)
        response = await self._http.request(step.method, step.url, headers=step.headers, content=step.body)
        return StepResponse(response.status_code, response.headers, response.content)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        error_class: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def _list_unsent_errors() -> tuple[type[Exception], ...]:
    """List the errors after which the server certainly has nothing of the request."""
    import httpx

    return (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.InvalidURL,
        httpx.UnsupportedProtocol,
    )


async def _build_request(model: str, fields: dict[str, Any]) -> Endpoint:
    """Read and encode images beside the event loop."""
    return await asyncio.to_thread(build_request, model, fields)
