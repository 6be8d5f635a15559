"""The two drivers of the SDK's flows: one blocks, one awaits. What flows do is in `sansio`."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from keyreel.client.sansio.steps import ConnectionDropped, DownloadFile, Pause, StepResponse
from keyreel.system.atomic_file import open_atomically

if TYPE_CHECKING:
    import httpx

    from keyreel.client.sansio.remote_server import RemoteServer
    from keyreel.client.sansio.steps import Flow, Step

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Driver:
    """Runs flows about one server, and blocks meanwhile."""

    remote: RemoteServer
    http: httpx.Client

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""
        import httpx

        try:
            step = next(flow)
            while True:
                try:
                    response = self._perform_step(step)
                except (httpx.TransportError, httpx.InvalidURL) as error:
                    step = flow.throw(_describe_drop(error))
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
            with self.http.stream("GET", step.url, headers=step.headers, follow_redirects=True) as response:
                if response.is_success:
                    with open_atomically(step.path, durable=False) as file:
                        for chunk in response.iter_bytes():
                            file.write(chunk)
                return StepResponse(response.status_code, response.headers)
        response = self.http.request(step.method, step.url, headers=step.headers, content=step.body)
        return StepResponse(response.status_code, response.headers, response.content)


@dataclass(frozen=True, slots=True)
class AsyncDriver:
    """Runs flows about one server, and lets other tasks of the event loop run meanwhile."""

    remote: RemoteServer
    http: httpx.AsyncClient

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""
        import httpx

        try:
            step = next(flow)
            while True:
                try:
                    response = await self._perform_step(step)
                except (httpx.TransportError, httpx.InvalidURL) as error:
                    step = flow.throw(_describe_drop(error))
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
            async with self.http.stream(
                "GET", step.url, headers=step.headers, follow_redirects=True
            ) as response:
                if response.is_success:
                    with open_atomically(step.path, durable=False) as file:
                        async for chunk in response.aiter_bytes():
                            file.write(chunk)
                return StepResponse(response.status_code, response.headers)
        response = await self.http.request(step.method, step.url, headers=step.headers, content=step.body)
        return StepResponse(response.status_code, response.headers, response.content)


def _describe_drop(error: Exception) -> ConnectionDropped:
    """Return what a flow is told of a request that got no response."""
    import httpx

    # After these the server certainly has nothing of the request.
    unsent = (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.InvalidURL,
        httpx.UnsupportedProtocol,
    )
    return ConnectionDropped(
        str(error) or type(error).__name__,
        may_have_arrived=not isinstance(error, unsent),
        is_absent=isinstance(error, httpx.ConnectError),
    )
