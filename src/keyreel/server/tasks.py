"""Submitting, polling, listing, cancelling: the same for every dialect, only reading and writing differ."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from starlette.responses import JSONResponse

from keyreel.errors import UnknownTask
from keyreel.server.addresses import base_url
from keyreel.server.body import read_body
from keyreel.server.callbacks import callback_of
from keyreel.server.files import FileRoute
from keyreel.server.forms import is_form, parse_form
from keyreel.server.rehearsal import rehearsed
from keyreel.server.uploads import Uploads
from keyreel.task import State, Submission
from keyreel.tasks.patience import SUBMIT_SECONDS, patiently
from keyreel.tasks.shown import signed_links, stored_endpoint
from keyreel.wire.dialect import Action, Shown, TaskPage
from keyreel.wire.notes import written_notes
from keyreel.wire.parse import parse_body, parse_fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.services import Services
    from keyreel.task import Task
    from keyreel.tasks.callbacks import Callback
    from keyreel.wire.dialect import Dialect

# Bodies beyond this are parsed in a thread, so that a 20 MB upload never holds up a poll by more than 25 ms.
INLINE_PARSE_BYTES = 256 * 1024
LONGEST_HEADER = 1000


Handler: TypeAlias = "Callable[[Request], Awaitable[Response]]"


@dataclass(frozen=True, slots=True)
class TaskRoutes:
    """The routes of one dialect."""

    dialect: Dialect
    services: Services

    def handler(self, action: Action) -> Handler:
        """Return what answers the requests of an action."""
        handlers: dict[Action, Handler] = {
            Action.SUBMIT: self.submit,
            Action.RESULT: self.result,
            Action.LIST: self.list,
            Action.CANCEL: self.cancel,
            Action.CONTENT: self.content,
            Action.UPLOAD: Uploads(self.services).grant,
        }
        return handlers[action]

    async def submit(self, request: Request) -> JSONResponse:
        """Take an order: when this answers 200, the task is on disk."""
        services = self.services
        caller = services.gate.caller(request.headers)
        body = await self._body(request)
        asked = self.dialect.asked(request.path_params, body)
        endpoint = await services.intake.receive(parse_fields(asked))
        seed = endpoint.chosen_seed or services.random.randrange(1, 2**31)
        services.engines.check(endpoint.order(seed))
        idempotency_key = request.headers.get("idempotency-key", "")
        submission = Submission(
            tenant=caller.tenant,
            key_id=caller.key_id,
            dialect=self.dialect.name,
            endpoint=endpoint.name(),
            fields=endpoint.model_dump_json(exclude_none=True),
            seed=seed,
            seconds=endpoint.seconds,
            resolution=endpoint.resolution,
            credits=0 if endpoint.rehearsed_end else services.prices.credits(endpoint.bought()),
            off_peak=endpoint.saving,
            payload=endpoint.payload,
            idempotency_key=idempotency_key,
        )
        callback = callback_of(request, services, self.dialect, endpoint, tenant=caller.tenant)
        task = await self._kept(submission, callback, endpoint.rehearsed_end)
        services.nudge()
        ignored = [*endpoint.without_effect(), *asked.unknown]
        if idempotency_key:
            ignored.append("Idempotency-Key")
        headers = {"X-Ignored-Fields": _header_list(ignored)} if ignored else {}
        return JSONResponse(self.dialect.accepted(task, endpoint), headers=headers)

    async def _kept(self, submission: Submission, callback: Callback | None, end: State | None) -> Task:
        """Put a task on disk, in test mode with its end."""
        store, random = self.services.store, self.services.random
        if end is None:
            return await patiently(lambda: store.accept(submission, callback), SUBMIT_SECONDS, random)
        outcome = await rehearsed(end, self.services.storage)
        return await patiently(lambda: store.rehearse(submission, callback, outcome), SUBMIT_SECONDS, random)

    async def _body(self, request: Request) -> dict[str, object]:
        settings = self.services.settings
        limit = settings.body_limit or self.dialect.body_limit
        data = await read_body(request, limit=limit, seconds=settings.body_seconds)
        if self.dialect.forms and is_form(request.headers):
            return await parse_form(request.headers, data)
        if len(data) <= INLINE_PARSE_BYTES:
            return parse_body(data)
        return await asyncio.to_thread(parse_body, data)

    async def result(self, request: Request) -> JSONResponse:
        """Say where a task is; a succeeded one with freshly signed links."""
        shown = self._shown(self._task(request), request)
        headers = {"X-Task-Notes": written_notes(shown.task.notes)} if shown.task.notes else {}
        body = self.dialect.result(shown.task, shown.endpoint, shown.links, shown.eta_seconds)
        return JSONResponse(body, headers=headers)

    async def list(self, request: Request) -> JSONResponse:
        """List the caller's tasks, whatever dialect they were made in."""
        caller = self.services.gate.caller(request.headers)
        query = request.query_params
        joined = {name: ",".join(query.getlist(name)) for name in query}
        asked = self.dialect.wanted(joined, self.services.clock.now())
        # One more than asked for tells whether there is a next page.
        found = self.services.store.list(caller.tenant, replace(asked, limit=asked.limit + 1))
        shown = tuple(self._shown(task, request) for task in found[: asked.limit])
        return JSONResponse(self.dialect.listed(TaskPage(asked, shown, more=len(found) > asked.limit)))

    async def cancel(self, request: Request) -> JSONResponse:
        """Cancel a task; the format decides what to say about one that has ended already."""
        store, asked = self.services.store, self._task(request)
        tenant = asked.submission.tenant
        task = await patiently(lambda: store.cancel(tenant, asked.id), SUBMIT_SECONDS, self.services.random)
        return JSONResponse(self.dialect.cancelled(task, stored_endpoint(task)))

    async def content(self, request: Request) -> Response:
        """Send the video of a succeeded task, or its cover.

        Raises:
            UnknownTask: there is no video, or not yet.
        """
        task = self._task(request)
        if task.state is not State.SUCCEEDED:
            raise UnknownTask("This task has no video, or not yet.")
        key = task.cover if self.dialect.wants_cover(request.query_params) else task.video
        return await FileRoute(self.services).send(key, request)

    def _task(self, request: Request) -> Task:
        caller = self.services.gate.caller(request.headers)
        task_id = self.dialect.task_id(request.path_params, request.query_params)
        return self.services.store.get(caller.tenant, task_id)

    def _shown(self, task: Task, request: Request) -> Shown:
        services = self.services
        seconds = services.settings.link_seconds
        links = signed_links(task, services.signer, base_url(request, services), seconds)
        return Shown(task, stored_endpoint(task), links, task.remaining_seconds(services.clock.now()))


def _header_list(names: list[str]) -> str:
    """Join names for a header: whatever a client called its fields, printable ASCII of bounded length."""
    safe = [quote(name[:64], safe="[].-_") for name in dict.fromkeys(names)]
    text = ", ".join(safe)
    return text if len(text) <= LONGEST_HEADER else text[:LONGEST_HEADER].rpartition(",")[0] + ", ..."
