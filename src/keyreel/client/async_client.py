"""The SDK's client for event loops."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from keyreel.client.drivers import AsyncDriver
from keyreel.client.images import read_image
from keyreel.client.options import CONNECT_SECONDS, DEFAULT_TIMEOUT_SECONDS, choose_server
from keyreel.client.requests import build_request
from keyreel.client.sansio import flows, orders, own_api
from keyreel.client.sansio.waiting import WaitOptions
from keyreel.client.tasks import AsyncTaskHandle, AsyncTasks
from keyreel.client.typed.decorators import typed_by_model, typed_by_model_waiting
from keyreel.client.videos import AsyncDraft, AsyncVideo

if TYPE_CHECKING:
    import os
    from types import TracebackType
    from typing import Self

    import httpx

    from keyreel.client.images import ImageLike
    from keyreel.client.sansio.remote_server import Patience, RemoteServer
    from keyreel.client.sansio.steps import Flow, ProgressListener
    from keyreel.wire.json_types import Json

T = TypeVar("T")


class AsyncClient:
    """Talks to a server and lets other tasks of the event loop run meanwhile; otherwise like Client.

    ```python
    async with AsyncClient() as client:
        video = await client.generate("vidu-q2-pro-img2video", image="cat.png", prompt="It wakes up.")
        await video.save("cat.mp4")
    ```

    Without `base_url` and `api_key`, KEYREEL_BASE_URL and KEYREEL_API_KEY count. `timeout` is for one
    request, in seconds; `max_retries` is how often one that failed for a passing reason is sent again. An
    `http_client` of your own has its own timeout, and is closed with this one.

    Raises:
        InvalidSetting: `base_url` is no http or https URL.
    """

    def __init__(  # noqa: PLR0913 - each stands alone, and has a default
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        dialect: str = "async_v3",
        *,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        max_retries: int | None = None,
        patience: Patience | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        import httpx

        http = http_client or httpx.AsyncClient(timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS))
        remote = choose_server(base_url, api_key, dialect).with_patience(patience, max_retries)
        self._driver = AsyncDriver(remote, http)
        self.tasks = AsyncTasks(self._driver)

    @property
    def remote(self) -> RemoteServer:
        """The server that this client talks to."""
        return self._driver.remote

    @typed_by_model
    async def submit(self, model: str, **fields: Any) -> AsyncTaskHandle:
        """Submit a request; see `keyreel.client.requests.build_request` for the fields.

        Raises:
            Refusal: the request breaks a rule, or the server rejects it; the class says why.
            RemoteError: the server cannot be reached, or its response is malformed.
        """
        task_id = await self.run(
            flows.submit(self.remote, await asyncio.to_thread(build_request, model, fields))
        )
        return self.tasks.get(task_id)

    @typed_by_model_waiting
    async def generate(
        self,
        model: str,
        *,
        save_to: str | os.PathLike[str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as in Client
        cancel_on_timeout: bool = False,
        on_progress: ProgressListener | None = None,
        **fields: Any,
    ) -> AsyncVideo:
        """Submit a request and wait for its video; `on_progress` gets a Report at every poll.

        With `save_to` the video is downloaded too; whether it can be is found out before anything is made.

        Raises:
            Refusal: the request breaks a rule, or the server rejects it; the class says why.
            TaskTimedOut: the task has not ended in `timeout` seconds.
            RenderFailed: the task ended without a video.
            Cancelled: it was cancelled.
            RemoteError: the server cannot be reached, or its response is malformed.
        """
        how, endpoint = (
            WaitOptions(timeout, cancel_on_timeout, on_progress),
            await asyncio.to_thread(build_request, model, fields),
        )
        return AsyncVideo(await self.run(orders.generate(self.remote, endpoint, how, save_to)), self._driver)

    @typed_by_model_waiting
    async def draft(
        self,
        model: str,
        *,
        save_to: str | os.PathLike[str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as in Client
        cancel_on_timeout: bool = False,
        on_progress: ProgressListener | None = None,
        **fields: Any,
    ) -> AsyncDraft:
        """Submit a request and wait for its draft: free, 540p at most; the video is made on its approval.

        Raises:
            Refusal: the request breaks a rule, or the server rejects it; the class says why.
            TaskTimedOut: the draft has not ended in `timeout` seconds.
            RemoteError: the server makes no drafts, or cannot be reached.
        """
        how, endpoint = (
            WaitOptions(timeout, cancel_on_timeout, on_progress),
            await asyncio.to_thread(build_request, model, fields),
        )
        order = await self.run(orders.request_draft(self.remote, endpoint, how, save_to))
        return AsyncDraft(order.draft, self._driver, order.task_id)

    @typed_by_model
    async def quote(self, model: str, **fields: Any) -> Json:
        """Return what a request would cost and when its video would be done. Keyreel only."""
        return await self.run(await asyncio.to_thread(orders.quote, self.remote, model, fields))

    @typed_by_model
    async def validate(self, model: str, **fields: Any) -> Json:
        """Return every rule that a request breaks, and its price; nothing is made. Keyreel only."""
        return await self.run(await asyncio.to_thread(orders.validate, self.remote, model, fields))

    async def upload(self, image: ImageLike) -> str:
        """Upload an image once; the text that is returned stands for it in any request. Keyreel only."""
        return await self.run(
            own_api.upload(self.remote, *await asyncio.to_thread(read_image, image, "image"))
        )

    async def models(self) -> Json:
        """Return the models with limits and prices, and which can be had. Keyreel only."""
        return await self.run(own_api.get(self.remote, "/v1/models"))

    async def voices(self) -> list[Json]:
        """Return the voices that requests may name. Keyreel only."""
        return await self.run(own_api.list_voices(self.remote))

    async def balance(self) -> Json:
        """Return what the key's tenant may spend and run now. Keyreel only."""
        return await self.run(own_api.get(self.remote, "/v1/user/balance"))

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""
        return await self._driver.run(flow)

    async def close(self) -> None:
        """Close the connections."""
        await self._driver.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        error_class: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
