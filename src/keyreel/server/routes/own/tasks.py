"""Keyreel's own routes about tasks of any format: lists, one task, its approval, cancellation, deletion."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from starlette.responses import JSONResponse, Response

from keyreel.errors import LinkExpired, NotEnded
from keyreel.server.routes.own.list_query import find_page, parse_list_query
from keyreel.server.routes.own.task_presenter import TaskPresenter
from keyreel.task import RetentionStage, TaskId
from keyreel.tasks.database.retry import SUBMIT_RETRY_SECONDS, write_when_available
from keyreel.tasks.retention import Retention
from keyreel.tasks.stored_files.orphans import RESULT_FOLDERS
from keyreel.wire.reference.responses.task_responses import TaskPageView

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services
    from keyreel.task import Task, TaskFilter
    from keyreel.wire.reference.responses.task_responses import TaskDetails, TaskView

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OwnTaskRoutes:
    """The routes at /v1/tasks and below, but for events and previews."""

    services: Services

    async def list(self, request: Request, caller: Caller) -> JSONResponse:
        """List the caller's tasks, newest first; drafts are shown with the orders that they belong to."""
        task_filter = parse_list_query(request.query_params)
        view = TaskPresenter(self.services, request, caller)
        page = await asyncio.to_thread(self._read_page, view, task_filter)
        return JSONResponse(page.to_json())

    def _read_page(self, view: TaskPresenter, task_filter: TaskFilter) -> TaskPageView:
        store = self.services.store
        tasks, cursor = find_page(store, view.caller.tenant, task_filter)
        etas = self.services.forecast.estimate_tasks(tasks)
        drafts = store.find_drafts([task.id for task in tasks])
        views = tuple(view.describe(each, drafts.get(each.id), etas.get(each.id)) for each in tasks)
        return TaskPageView(tasks=views, next_cursor=cursor)

    async def show(self, request: Request, caller: Caller) -> JSONResponse:
        """Answer how a task is, with its request."""
        view, task_id = TaskPresenter(self.services, request, caller), TaskId(request.path_params["id"])

        def read() -> TaskDetails:
            task = self._read_task(caller, task_id)
            draft = self.services.store.find_draft(task.id)
            return view.describe_in_full(task, draft, self.services.forecast.estimate_task(task))

        details = await self.services.store.database.ask(read)
        return JSONResponse(details.to_json())

    async def approve(self, request: Request, caller: Caller) -> JSONResponse:
        """Have the video made of a held order."""
        store, task_id = self.services.store, TaskId(request.path_params["id"])
        task = await self._write(lambda: store.approve(caller.tenant, task_id))
        self.services.nudge()
        return JSONResponse((await self.describe(request, caller, task)).to_json())

    async def cancel(self, request: Request, caller: Caller) -> JSONResponse:
        """Cancel a task that has not ended."""
        store, task_id = self.services.store, TaskId(request.path_params["id"])
        task = await self._write(lambda: store.cancel(caller.tenant, task_id))
        return JSONResponse((await self.describe(request, caller, task)).to_json())

    async def delete(self, request: Request, caller: Caller) -> Response:
        """Delete the files and the record of a task that has ended.

        Raises:
            NotEnded: it has not, or a task that has not extends its video.
        """
        services, task = self.services, await self.get_task(request, caller)
        await asyncio.to_thread(_require_unneeded, Retention(services.store.database.reader), task)
        delete = partial(Retention(services.store.database).delete_record, caller.tenant, task.id)
        deleted = await self._write(lambda: delete(services.clock.now()))
        for task_id in deleted:
            # What cannot be deleted now belongs to no kept task any more: the janitor finds it.
            for folder in RESULT_FOLDERS:
                keys = [found.key async for found in services.storage.list_files(f"{folder}/{task_id}")]
                for key in keys:
                    await services.storage.delete(key)
        return Response(status_code=204)

    async def get_task(self, request: Request, caller: Caller) -> Task:
        """Return the task that a request's path names.

        Raises:
            UnknownTask: there is none of this caller's.
            LinkExpired: its record is no longer kept.
        """
        task_id = TaskId(request.path_params["id"])
        return await self.services.store.database.ask(partial(self._read_task, caller, task_id))

    def _read_task(self, caller: Caller, task_id: TaskId) -> Task:
        return _require_record(self.services.store.get(caller.tenant, task_id))

    async def describe(self, request: Request, caller: Caller, task: Task) -> TaskView:
        """Describe a task that was read whole.

        Raises:
            LinkExpired: its record is no longer kept.
        """
        services, view = self.services, TaskPresenter(self.services, request, caller)

        def read() -> TaskView:
            draft = services.store.find_draft(task.id)
            return view.describe(_require_record(task), draft, services.forecast.estimate_task(task))

        return await services.store.database.ask(read)

    async def _write(self, change: Callable[[], T]) -> T:
        services = self.services
        return await write_when_available(
            services.store.writer, change, SUBMIT_RETRY_SECONDS, services.random
        )


def _require_record(task: Task) -> Task:
    if task.kept is RetentionStage.LEDGER_ONLY:
        raise LinkExpired("The record of this task was deleted.")
    return task


def _require_unneeded(retention: Retention, task: Task) -> None:
    """Return if no unfinished task extends this one's video; it goes through the requests of all these."""
    if any(task.id in names for names in retention.iterate_needed_inputs()):
        raise NotEnded(
            f"The video of task {task.id} is being extended: wait for the extension, or cancel it first."
        )
