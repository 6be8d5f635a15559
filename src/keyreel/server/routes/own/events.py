"""The events of a task as it is made, as a stream (server-sent events), and its newest preview."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from keyreel.errors import Refusal, UnknownTask
from keyreel.server.routes.own.task_presenter import get_eta_seconds, get_queue_position
from keyreel.server.routes.own.tasks import OwnTaskRoutes
from keyreel.server.streamed_response import StreamedResponse
from keyreel.server.task_events import EventSequence, TaskSight
from keyreel.storage.keys import make_preview_key
from keyreel.task import TaskState
from keyreel.tasks.accounts.api_keys import Scope

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import Receive, Send
    from starlette.types import Scope as RequestScope

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services
    from keyreel.server.task_watch import Watcher
    from keyreel.task import Task
    from keyreel.tasks.eta.estimator import TaskEta

BEAT_SECONDS: Final = 15.0
"""Between two signs of life: proxies end what is silent for 30 s or 60 s."""
_RECONNECT_MILLISECONDS: Final = 2000
_BEAT: Final = ": beat\n\n"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    # nginx would hold events back until it has some kilobytes of them.
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class TaskEventRoutes:
    """The routes /v1/tasks/{id}/events and /v1/tasks/{id}/preview."""

    services: Services
    beat_seconds: float = BEAT_SECONDS

    async def stream(self, request: Request, caller: Caller) -> Response:
        """Send events until the task has ended, from where the header Last-Event-ID leaves off.

        Raises:
            RateLimited: the tenant follows as many tasks as it may.
            Unavailable: the server has no place left.
        """
        task = await OwnTaskRoutes(self.services).get_task(request, caller)
        watcher = self.services.watch.begin(caller.tenant, task)
        return _EventResponse(_TaskStream(self, request, caller).iterate(task, watcher), watcher)

    async def show_preview(self, request: Request, caller: Caller) -> Response:
        """Send the newest preview of a running task.

        Raises:
            UnknownTask: there is none yet, or none any more.
        """
        task = await OwnTaskRoutes(self.services).get_task(request, caller)
        if task.state is not TaskState.RUNNING or not task.previews:
            raise UnknownTask(
                "This task has no preview: a preview exists while a task runs, after the first second."
            )
        headers = {
            "ETag": f'"{task.attempt}-{task.previews}"',
            "Cache-Control": "private, no-cache",
            "X-Content-Type-Options": "nosniff",
        }
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        try:
            chunks = [
                chunk async for chunk in self.services.storage.read(make_preview_key(task.id, task.attempt))
            ]
        except FileNotFoundError:
            raise UnknownTask("This task has ended: its preview was deleted.") from None
        return Response(b"".join(chunks), headers=headers, media_type="image/jpeg")


class _EventResponse(StreamedResponse):
    """A stream of events; its watcher stops when it ends, also if it never began."""

    def __init__(self, events: AsyncIterator[str], watcher: Watcher) -> None:
        super().__init__(events, headers=_HEADERS, media_type="text/event-stream")
        self._watcher = watcher

    async def __call__(self, scope: RequestScope, receive: Receive, send: Send) -> None:
        """Send events until the task has ended or the client went away."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._watcher.close()


@dataclass(frozen=True, slots=True)
class _TaskStream:
    """The stream of one request."""

    routes: TaskEventRoutes
    request: Request
    caller: Caller

    async def iterate(self, task: Task, watcher: Watcher) -> AsyncIterator[str]:
        """Yield the events of a task that was just read."""
        services = self.routes.services
        sequence = EventSequence(self.request.headers.get("last-event-id", ""))
        yield f"retry: {_RECONNECT_MILLISECONDS}\n\n"
        eta = await services.store.database.ask(partial(services.forecast.estimate_task, task))
        while True:
            for event in sequence.tell(self._look_at(task, eta)):
                yield event.encode()
            if task.state.is_final:
                whole = await OwnTaskRoutes(services).get_task(self.request, self.caller)
                view = await OwnTaskRoutes(services).describe(self.request, self.caller, whole)
                yield sequence.make_end(view).encode()
                return
            while (seen := await watcher.wait(self.routes.beat_seconds)) is None and not watcher.is_over:
                if not await self._may_go_on():
                    return
                yield _BEAT
            if seen is None or watcher.is_over:
                return
            task, eta = seen.task, seen.eta

    async def _may_go_on(self) -> bool:
        """Say whether the key is still valid: it may have been revoked since the stream began."""
        try:
            await self.routes.services.authenticator.authenticate(self.request, Scope.READ)
        except Refusal:
            return False
        return True

    def _look_at(self, task: Task, eta: TaskEta | None) -> TaskSight:
        return TaskSight(
            task.state,
            task.attempt,
            task.progress,
            task.previews,
            task.engine,
            get_queue_position(eta),
            get_eta_seconds(task, eta, self.routes.services.clock.now()),
        )
