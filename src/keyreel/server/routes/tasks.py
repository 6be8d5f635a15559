"""Submitting, polling, listing, cancelling: the same for every dialect, only reading and writing differ."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from keyreel.errors import InvalidRequest, LinkExpired, UnknownTask
from keyreel.server.request_problems import combine_all_errors
from keyreel.server.requests.base_url import get_base_url
from keyreel.server.requests.body import read_body, read_object
from keyreel.server.requests.extend_source import resolve_extend_source
from keyreel.server.requests.idempotency import build_idempotency_record
from keyreel.server.requests.multipart import is_form, parse_form
from keyreel.server.requests.rate_limit import check_rate_limit
from keyreel.server.routes.balance import BalanceRoute
from keyreel.server.routes.files import FileRoute
from keyreel.server.routes.native_uploads import NativeUploadRoutes
from keyreel.server.routes.operator.webhooks import build_callback
from keyreel.server.routes.test_mode import build_test_mode_outcome
from keyreel.server.routes.uploads import UploadRoutes
from keyreel.task import RetentionStage, Submission, TaskState
from keyreel.tasks.admission import Admission
from keyreel.tasks.database.retry import SUBMIT_RETRY_SECONDS, retry_while_unavailable
from keyreel.tasks.idempotency import Replayed
from keyreel.tasks.presentation import parse_stored_request, sign_links
from keyreel.wire.dialects.dialect import ListedTask, RouteAction, TaskPage
from keyreel.wire.dialects.notes_header import format_notes_header
from keyreel.wire.requests.dev_markers import DevMarkers, parse_markers
from keyreel.wire.requests.ignored_fields import find_ignored_fields
from keyreel.wire.requests.parsing import validate_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.requests.authorisation import CallerHandler
    from keyreel.server.services import Services
    from keyreel.task import Task
    from keyreel.tasks.webhooks.events import Callback
    from keyreel.wire.dialects.dialect import Dialect, ParsedSubmit
    from keyreel.wire.endpoints.endpoint import Endpoint

MAX_HEADER_LENGTH = 1000
VIDEO_DELETED_NOTE = "The video is no longer kept."


@dataclass(frozen=True, slots=True)
class TaskRoutes:
    """The routes of one dialect."""

    dialect: Dialect
    services: Services

    def get_handler(self, action: RouteAction) -> CallerHandler:
        """Return what answers the requests of an action."""
        handlers: dict[RouteAction, CallerHandler] = {
            RouteAction.SUBMIT: self.submit,
            RouteAction.RESULT: self.show_result,
            RouteAction.LIST: self.list,
            RouteAction.CANCEL: self.cancel,
            RouteAction.CONTENT: self.send_content,
            RouteAction.UPLOAD: UploadRoutes(self.services).create_upload,
            RouteAction.BEGIN_UPLOAD: NativeUploadRoutes(self.services).begin,
            RouteAction.FINISH_UPLOAD: NativeUploadRoutes(self.services).finish,
            RouteAction.BALANCE: self.show_balance,
        }
        return handlers[action]

    async def submit(self, request: Request, caller: Caller) -> Response:
        """Take an order: when this answers 200, the task is on disk."""
        services = self.services
        quotas = check_rate_limit(request, services, caller)
        body = await self._read_body(request)
        parsed = self.dialect.parse_submit_request(request.path_params, body)
        if self.dialect.has_upload_uris:
            parsed = await NativeUploadRoutes(services).resolve_upload_uris(parsed, caller.tenant, request)
        read, received = await self._validate_and_store_inputs(parsed)
        endpoint = resolve_extend_source(received, caller.tenant, services.store)
        submission = self._build_submission(caller, endpoint, request.headers.get("idempotency-key", ""))
        markers = self._check_markers(submission)
        idempotency = build_idempotency_record(
            submission, endpoint, self.dialect, services.settings.dedupe_seconds
        )
        callback = build_callback(request, services, self.dialect, endpoint, tenant=caller.tenant)
        callback = None if markers.loses_callback else callback
        ignored = find_ignored_fields(parsed, read)
        headers = {"X-Ignored-Fields": _format_header_list(ignored)} if ignored else {}
        headers |= getattr(request.state, "rate_headers", {})
        admission = Admission(quotas, idempotency, keep_queued=markers.stays_queued)
        try:
            task = await self._store_task(submission, callback, endpoint.test_mode_state, admission)
        except Replayed as earlier:
            headers["Idempotent-Replayed"] = "true"
            return Response(earlier.body, headers=headers, media_type="application/json")
        services.nudge()
        return JSONResponse(self.dialect.build_submit_response(task, endpoint), headers=headers)

    async def _validate_and_store_inputs(self, parsed: ParsedSubmit) -> tuple[Endpoint, Endpoint]:
        """Return the checked request as it was sent, and with its images stored.

        Raises:
            InvalidRequest: it breaks rules; up to five are told at once.
        """
        try:
            read = validate_fields(parsed)
            return read, await self.services.intake.receive(read)
        except InvalidRequest as error:
            raise await asyncio.to_thread(
                combine_all_errors, parsed, error, self.services.intake.check_url
            ) from None

    def _check_markers(self, submission: Submission) -> DevMarkers:
        """Heed the markers in prompts, in development mode.

        Raises:
            Refusal: one of them asks for it.
        """
        marked = parse_markers(submission.fields) if self.services.settings.dev else DevMarkers()
        if marked.submit_error:
            raise marked.submit_error
        return marked

    def _build_submission(self, caller: Caller, endpoint: Endpoint, idempotency_key: str) -> Submission:
        services = self.services
        seed = endpoint.chosen_seed or services.random.randrange(1, 2**31)
        services.engines.require_supported(endpoint.to_order(seed))
        return Submission(
            tenant=caller.tenant,
            key_id=caller.key_id,
            dialect=self.dialect.name,
            endpoint=endpoint.name(),
            fields=endpoint.model_dump_json(exclude_none=True),
            seed=seed,
            seconds=endpoint.seconds,
            resolution=endpoint.resolution,
            credits=0 if endpoint.test_mode_state else services.prices.compute_price(endpoint.to_billable()),
            off_peak=endpoint.is_off_peak,
            payload=endpoint.payload,
            idempotency_key=idempotency_key,
        )

    async def _store_task(
        self,
        submission: Submission,
        callback: Callback | None,
        test_mode_state: TaskState | None,
        admission: Admission,
    ) -> Task:
        """Put a task on disk, in test mode with its end."""
        store, random = self.services.store, self.services.random
        if test_mode_state is None:
            return await retry_while_unavailable(
                lambda: store.accept(submission, callback, admission), SUBMIT_RETRY_SECONDS, random
            )
        outcome = await build_test_mode_outcome(test_mode_state, self.services.storage)
        return await retry_while_unavailable(
            lambda: store.accept_test_task(submission, callback, outcome, admission),
            SUBMIT_RETRY_SECONDS,
            random,
        )

    async def _read_body(self, request: Request) -> dict[str, object]:
        settings = self.services.settings
        limit = settings.body_limit or self.dialect.body_limit
        if self.dialect.form_schema and is_form(request.headers):
            data = await read_body(request, limit=limit, seconds=settings.body_seconds)
            return await parse_form(request.headers, data)
        return await read_object(request, limit=limit, seconds=settings.body_seconds)

    async def show_result(self, request: Request, caller: Caller) -> JSONResponse:
        """Say where a task is; a succeeded one with freshly signed links."""
        listed = self._to_listed_task(self._get_task(request, caller), request)
        listed = replace(listed, eta_seconds=self.services.forecast.estimate_seconds(listed.task))
        notes = listed.task.notes
        if listed.task.kept is not RetentionStage.ALL:
            notes = (*notes, VIDEO_DELETED_NOTE)
        headers = {"X-Task-Notes": format_notes_header(notes)} if notes else {}
        body = self.dialect.build_result_response(
            listed.task, listed.endpoint, listed.links, listed.eta_seconds
        )
        return JSONResponse(self.dialect.adapt_result_to_client(body, request.headers), headers=headers)

    async def show_balance(self, request: Request, caller: Caller) -> JSONResponse:
        """Tell what the caller's tenant can spend."""
        return BalanceRoute(self.services).respond_in_dialect(self.dialect, request, caller)

    async def list(self, request: Request, caller: Caller) -> JSONResponse:
        """List the caller's tasks, whatever dialect they were made in."""
        query = request.query_params
        joined = {name: ",".join(query.getlist(name)) for name in query}
        task_filter = self.dialect.parse_list_query(joined, self.services.clock.now())
        # One more than asked for tells whether there is a next page.
        found = self.services.store.list(caller.tenant, replace(task_filter, limit=task_filter.limit + 1))
        shown = tuple(self._to_listed_task(task, request) for task in found[: task_filter.limit])
        return JSONResponse(
            self.dialect.build_list_response(
                TaskPage(task_filter, shown, has_more=len(found) > task_filter.limit)
            )
        )

    async def cancel(self, request: Request, caller: Caller) -> JSONResponse:
        """Cancel a task; the format decides what to say about one that has ended already."""
        store, found = self.services.store, self._get_task(request, caller)
        tenant = found.submission.tenant
        task = await retry_while_unavailable(
            lambda: store.cancel(tenant, found.id), SUBMIT_RETRY_SECONDS, self.services.random
        )
        return JSONResponse(self.dialect.build_cancel_response(task, parse_stored_request(task)))

    async def send_content(self, request: Request, caller: Caller) -> Response:
        """Send the video of a succeeded task, or its cover.

        Raises:
            UnknownTask: there is no video, or not yet.
        """
        task = self._get_task(request, caller)
        if task.state is not TaskState.SUCCEEDED:
            raise UnknownTask("This task has no video, or not yet.")
        key = task.cover if self.dialect.is_cover_requested(request.query_params) else task.video
        return await FileRoute(self.services).send(key, request)

    def _get_task(self, request: Request, caller: Caller) -> Task:
        task_id = self.dialect.parse_task_id(request.path_params, request.query_params)
        task = self.services.store.get(caller.tenant, task_id)
        if task.kept is RetentionStage.LEDGER_ONLY:
            raise LinkExpired("The record of this task is no longer kept.")
        return task

    def _to_listed_task(self, task: Task, request: Request) -> ListedTask:
        services = self.services
        seconds = services.settings.link_seconds
        links = sign_links(task, services.signer, get_base_url(request, services), seconds)
        return ListedTask(
            task, parse_stored_request(task), links, task.estimate_remaining_seconds(services.clock.now())
        )


def _format_header_list(names: Iterable[str]) -> str:
    """Join names for a header: whatever a client called its fields, printable ASCII of bounded length."""
    safe = [quote(name[:64], safe="[].-_@") for name in dict.fromkeys(names)]
    text = ", ".join(safe)
    return text if len(text) <= MAX_HEADER_LENGTH else text[:MAX_HEADER_LENGTH].rpartition(",")[0] + ", ..."
