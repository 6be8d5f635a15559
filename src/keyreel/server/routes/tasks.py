"""Submitting, polling, listing, cancelling: the same for every dialect, only reading and writing differ."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from keyreel.errors import InvalidRequest, LinkExpired, UnknownTask
from keyreel.server.request_problems import all_told
from keyreel.server.requests.base_url import base_url
from keyreel.server.requests.body import read_body, read_object
from keyreel.server.requests.extend_source import with_predecessor
from keyreel.server.requests.idempotency import once_of
from keyreel.server.requests.multipart import is_form, parse_form
from keyreel.server.requests.rate_limit import let_in
from keyreel.server.routes.balance import Balance
from keyreel.server.routes.files import FileRoute
from keyreel.server.routes.native_uploads import NativeUploads
from keyreel.server.routes.operator.webhooks import callback_of
from keyreel.server.routes.test_mode import rehearsed
from keyreel.server.routes.uploads import Uploads
from keyreel.task import RetentionStage, Submission, TaskState
from keyreel.tasks.accounts.api_keys import Scope
from keyreel.tasks.admission import Admission
from keyreel.tasks.database.retry import SUBMIT_RETRY_SECONDS, retry_while_unavailable
from keyreel.tasks.idempotency import Replayed
from keyreel.tasks.presentation import parse_stored_request, sign_links
from keyreel.wire.dialects.dialect import Action, Shown, TaskPage
from keyreel.wire.dialects.notes_header import written_notes
from keyreel.wire.requests.dev_markers import Markers, markers_in
from keyreel.wire.requests.ignored_fields import ignored_fields
from keyreel.wire.requests.parsing import parse_fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.requests import Request

    from keyreel.server.context import Services
    from keyreel.server.requests.auth import Caller
    from keyreel.task import Task
    from keyreel.tasks.webhooks.events import Callback
    from keyreel.wire.dialects.dialect import Asked, Dialect
    from keyreel.wire.endpoints.endpoint import Endpoint

LONGEST_HEADER = 1000
NO_LONGER_KEPT = "The video is no longer kept."


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
            Action.BEGIN_UPLOAD: NativeUploads(self.services).begin,
            Action.FINISH_UPLOAD: NativeUploads(self.services).finish,
            Action.BALANCE: self.balance,
        }
        return handlers[action]

    async def submit(self, request: Request) -> Response:
        """Take an order: when this answers 200, the task is on disk."""
        services = self.services
        caller = services.gate.caller(request.headers, Scope.SUBMIT)
        held = let_in(request, services, caller)
        body = await self._body(request)
        asked = self.dialect.asked(request.path_params, body)
        if self.dialect.names_uploads:
            asked = await NativeUploads(services).named(asked, caller.tenant, request)
        read, received = await self._received(asked)
        endpoint = with_predecessor(received, caller.tenant, services.store)
        submission = self._submission(caller, endpoint, request.headers.get("idempotency-key", ""))
        marked = self._marked(submission)
        once = once_of(submission, endpoint, self.dialect, services.settings.dedupe_seconds)
        callback = callback_of(request, services, self.dialect, endpoint, tenant=caller.tenant)
        callback = None if marked.silent else callback
        ignored = ignored_fields(asked, read)
        headers = {"X-Ignored-Fields": _header_list(ignored)} if ignored else {}
        headers |= getattr(request.state, "rate_headers", {})
        terms = Admission(held, once, keep_queued=marked.staying)
        try:
            task = await self._kept(submission, callback, endpoint.rehearsed_end, terms)
        except Replayed as earlier:
            headers["Idempotent-Replayed"] = "true"
            return Response(earlier.body, headers=headers, media_type="application/json")
        services.nudge()
        return JSONResponse(self.dialect.accepted(task, endpoint), headers=headers)

    async def _received(self, asked: Asked) -> tuple[Endpoint, Endpoint]:
        """Return the checked request as it was sent, and with its pictures stored.

        Raises:
            InvalidRequest: it breaks rules; up to five are told at once.
        """
        try:
            read = parse_fields(asked)
            return read, await self.services.intake.receive(read)
        except InvalidRequest as error:
            raise await asyncio.to_thread(all_told, asked, error, self.services.intake.check_url) from None

    def _marked(self, submission: Submission) -> Markers:
        """Heed the markers in prompts, in development mode.

        Raises:
            Refusal: one of them asks for it.
        """
        marked = markers_in(submission.fields) if self.services.settings.dev else Markers()
        if marked.refused:
            raise marked.refused
        return marked

    def _submission(self, caller: Caller, endpoint: Endpoint, idempotency_key: str) -> Submission:
        services = self.services
        seed = endpoint.chosen_seed or services.random.randrange(1, 2**31)
        services.engines.require_supported(endpoint.order(seed))
        return Submission(
            tenant=caller.tenant,
            key_id=caller.key_id,
            dialect=self.dialect.name,
            endpoint=endpoint.name(),
            fields=endpoint.model_dump_json(exclude_none=True),
            seed=seed,
            seconds=endpoint.seconds,
            resolution=endpoint.resolution,
            credits=0 if endpoint.rehearsed_end else services.prices.compute_price(endpoint.bought()),
            off_peak=endpoint.saving,
            payload=endpoint.payload,
            idempotency_key=idempotency_key,
        )

    async def _kept(
        self, submission: Submission, callback: Callback | None, end: TaskState | None, terms: Admission
    ) -> Task:
        """Put a task on disk, in test mode with its end."""
        store, random = self.services.store, self.services.random
        if end is None:
            return await retry_while_unavailable(
                lambda: store.accept(submission, callback, terms), SUBMIT_RETRY_SECONDS, random
            )
        outcome = await rehearsed(end, self.services.storage)
        return await retry_while_unavailable(
            lambda: store.accept_test_task(submission, callback, outcome, terms), SUBMIT_RETRY_SECONDS, random
        )

    async def _body(self, request: Request) -> dict[str, object]:
        settings = self.services.settings
        limit = settings.body_limit or self.dialect.body_limit
        if self.dialect.forms and is_form(request.headers):
            data = await read_body(request, limit=limit, seconds=settings.body_seconds)
            return await parse_form(request.headers, data)
        return await read_object(request, limit=limit, seconds=settings.body_seconds)

    async def result(self, request: Request) -> JSONResponse:
        """Say where a task is; a succeeded one with freshly signed links."""
        shown = self._shown(self._task(request), request)
        shown = replace(shown, eta_seconds=self.services.forecast.estimate_seconds(shown.task))
        notes = shown.task.notes
        if shown.task.kept is not RetentionStage.ALL:
            notes = (*notes, NO_LONGER_KEPT)
        headers = {"X-Task-Notes": written_notes(notes)} if notes else {}
        body = self.dialect.result(shown.task, shown.endpoint, shown.links, shown.eta_seconds)
        return JSONResponse(self.dialect.addressed(body, request.headers), headers=headers)

    async def balance(self, request: Request) -> JSONResponse:
        """Tell what the caller's tenant can spend."""
        return Balance(self.services).told(self.dialect, request)

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
        store, asked = self.services.store, self._task(request, Scope.SUBMIT)
        tenant = asked.submission.tenant
        task = await retry_while_unavailable(
            lambda: store.cancel(tenant, asked.id), SUBMIT_RETRY_SECONDS, self.services.random
        )
        return JSONResponse(self.dialect.cancelled(task, parse_stored_request(task)))

    async def content(self, request: Request) -> Response:
        """Send the video of a succeeded task, or its cover.

        Raises:
            UnknownTask: there is no video, or not yet.
        """
        task = self._task(request)
        if task.state is not TaskState.SUCCEEDED:
            raise UnknownTask("This task has no video, or not yet.")
        key = task.cover if self.dialect.wants_cover(request.query_params) else task.video
        return await FileRoute(self.services).send(key, request)

    def _task(self, request: Request, scope: Scope = Scope.READ) -> Task:
        caller = self.services.gate.caller(request.headers, scope)
        task_id = self.dialect.task_id(request.path_params, request.query_params)
        task = self.services.store.get(caller.tenant, task_id)
        if task.kept is RetentionStage.LEDGER_ONLY:
            raise LinkExpired("The record of this task is no longer kept.")
        return task

    def _shown(self, task: Task, request: Request) -> Shown:
        services = self.services
        seconds = services.settings.link_seconds
        links = sign_links(task, services.signer, base_url(request, services), seconds)
        return Shown(
            task, parse_stored_request(task), links, task.estimate_remaining_seconds(services.clock.now())
        )


def _header_list(names: Iterable[str]) -> str:
    """Join names for a header: whatever a client called its fields, printable ASCII of bounded length."""
    safe = [quote(name[:64], safe="[].-_@") for name in dict.fromkeys(names)]
    text = ", ".join(safe)
    return text if len(text) <= LONGEST_HEADER else text[:LONGEST_HEADER].rpartition(",")[0] + ", ..."
