"""Keyreel's own routes about one task: how it is, its approval, its cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.errors import LinkExpired
from keyreel.server.requests.base_url import get_base_url
from keyreel.task import RetentionStage, TaskId, TaskState
from keyreel.tasks.database.retry import SUBMIT_RETRY_SECONDS, write_when_available
from keyreel.tasks.presentation import sign_links
from keyreel.wire.reference.own_responses import DraftView, TaskView

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services
    from keyreel.task import SignedLinks, Task


@dataclass(frozen=True, slots=True)
class OwnTaskRoutes:
    """The routes below /v1/tasks/{id}."""

    services: Services

    async def show(self, request: Request, caller: Caller) -> JSONResponse:
        """Answer how a task is."""
        store, task_id = self.services.store, TaskId(request.path_params["id"])
        task = await store.database.ask(lambda: store.get(caller.tenant, task_id))
        return await self._respond(request, caller, task)

    async def approve(self, request: Request, caller: Caller) -> JSONResponse:
        """Have the video made of a held order."""
        store, task_id = self.services.store, TaskId(request.path_params["id"])
        task = await self._write(lambda: store.approve(caller.tenant, task_id))
        self.services.nudge()
        return await self._respond(request, caller, task)

    async def cancel(self, request: Request, caller: Caller) -> JSONResponse:
        """Cancel a task that has not ended."""
        store, task_id = self.services.store, TaskId(request.path_params["id"])
        task = await self._write(lambda: store.cancel(caller.tenant, task_id))
        return await self._respond(request, caller, task)

    async def _write(self, change: Callable[[], Task]) -> Task:
        services = self.services
        return await write_when_available(
            services.store.writer, change, SUBMIT_RETRY_SECONDS, services.random
        )

    async def _respond(self, request: Request, caller: Caller, task: Task) -> JSONResponse:
        if task.kept is RetentionStage.LEDGER_ONLY:
            raise LinkExpired("The record of this task is no longer kept.")
        store, view = self.services.store, TaskPresenter(self.services, request, caller)
        draft = await store.database.ask(lambda: store.find_draft(task.id))
        return JSONResponse(view.describe(task, draft).to_json())


@dataclass(frozen=True, slots=True)
class TaskPresenter:
    """Describes tasks for the caller of a request, with links that are valid for its key."""

    services: Services
    request: Request
    caller: Caller

    def describe(self, task: Task, draft: Task | None) -> TaskView:
        """Describe a task and its draft."""
        links, is_held = self._sign_links(task), task.state is TaskState.HELD
        return TaskView(
            id=task.id,
            state=task.state,
            progress=task.progress,
            credits=task.charged if task.state.is_final else task.submission.credits,
            reason=task.reason,
            notes=task.notes,
            video_url=links.video if links else None,
            cover_url=links.cover if links else None,
            approve_before=task.deadline.isoformat() if is_held and task.deadline else None,
            draft=None if draft is None else self._describe_draft(draft),
            draft_of=task.draft_of,
        )

    def list_hold_notes(self, task: Task) -> tuple[str, ...]:
        """Say what a held task waits for, and where its draft is."""
        path = f"/v1/tasks/{task.id}/approve"
        until = f", at the latest at {task.deadline:%Y-%m-%d %H:%M} UTC" if task.deadline else ""
        return (
            self._describe_draft_state(self.services.store.find_draft(task.id)),
            f"The order is held until it is approved by POST {path}{until}.",
        )

    def _describe_draft_state(self, draft: Task | None) -> str:
        links = draft and self._sign_links(draft)
        if links:
            return f"Draft: {links.video}"
        if draft and draft.state in {TaskState.FAILED, TaskState.CANCELLED}:
            return f"There is no draft: {draft.reason}"
        return "The draft is not there yet." if draft and not draft.state.is_final else "There is no draft."

    def _describe_draft(self, draft: Task) -> DraftView:
        links = self._sign_links(draft)
        return DraftView(
            id=draft.id,
            state=draft.state,
            progress=draft.progress,
            reason=draft.reason,
            video_url=links.video if links else None,
            cover_url=links.cover if links else None,
        )

    def _sign_links(self, task: Task) -> SignedLinks | None:
        signer, base_url = self.services.signer, get_base_url(self.request, self.services)
        return sign_links(
            task, signer.for_owner(self.caller.key_id), base_url, self.services.settings.link_seconds
        )
