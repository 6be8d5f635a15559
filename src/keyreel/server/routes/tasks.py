"""Submitting, polling, listing and cancelling tasks: the same for every dialect but for its formats."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from keyreel.errors import LinkExpired, UnknownTask
from keyreel.server.json_response import QuickJsonResponse
from keyreel.server.long_responses import send_list
from keyreel.server.requests.auth import extract_api_key
from keyreel.server.requests.base_url import get_base_url
from keyreel.server.requests.body import is_large, read_body, read_object
from keyreel.server.requests.body_memory import get_held_body
from keyreel.server.requests.multipart import is_form, parse_form
from keyreel.server.requests.query import get_query
from keyreel.server.requests.submit_rate import SubmitRate
from keyreel.server.routes.balance import BalanceRoute
from keyreel.server.routes.files import FileRoute
from keyreel.server.routes.native_uploads import NativeUploadRoutes
from keyreel.server.routes.own.task_presenter import TaskPresenter
from keyreel.server.routes.uploads import UploadRoutes
from keyreel.server.submission.drafts import DRAFT_HEADER, parse_draft_header
from keyreel.server.submission.submit import Accepted, Replayed, SubmitRequest, TaskSubmitter
from keyreel.task import RetentionStage, TaskState
from keyreel.tasks.database.retry import SUBMIT_RETRY_SECONDS, write_when_available
from keyreel.tasks.presentation import has_files, parse_stored_request, sign_links
from keyreel.wire.dialects.dialect import ListedTask, RouteAction, TaskPage
from keyreel.wire.dialects.notes_header import format_notes_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.requests.authorisation import CallerHandler
    from keyreel.server.services import Services
    from keyreel.storage.signed_urls import LinkSigner
    from keyreel.task import SignedLinks, Task
    from keyreel.tasks.accounts.quotas import OwnerQuotas
    from keyreel.wire.dialects.dialect import Dialect
    from keyreel.wire.json_types import Json

MAX_HEADER_LENGTH: Final = 1000
"""Characters of X-Ignored-Fields."""
VIDEO_DELETED_NOTE: Final = "The video is no longer kept."


@dataclass(frozen=True, slots=True)
class TaskRoutes:
    """The routes of one dialect."""

    dialect: Dialect
    services: Services

    def get_handler(self, action: RouteAction) -> CallerHandler:
        """Return the handler of an action."""
        rate = SubmitRate(self.services)
        handlers: dict[RouteAction, CallerHandler] = {
            RouteAction.SUBMIT: self.submit,
            RouteAction.RESULT: self.show_result,
            RouteAction.LIST: self.list,
            RouteAction.CANCEL: self.cancel,
            RouteAction.CONTENT: self.send_content,
            RouteAction.UPLOAD: rate.limit(UploadRoutes(self.services).create_upload),
            RouteAction.BEGIN_UPLOAD: rate.limit(NativeUploadRoutes(self.services).begin),
            RouteAction.FINISH_UPLOAD: NativeUploadRoutes(self.services).finish,
            RouteAction.BALANCE: self.show_balance,
        }
        return handlers[action]

    async def submit(self, request: Request, caller: Caller) -> Response:
        """Make a task of a request: when this answers 200, the task is on disk.

        Every response names the caller's rate limit, if there is one.
        """
        return await SubmitRate(self.services).respond(
            request, caller, partial(self._submit, request, caller)
        )

    async def _submit(self, request: Request, caller: Caller, quotas: tuple[OwnerQuotas, ...]) -> Response:
        parsed = await self._read_body(request)
        submit = SubmitRequest(
            dialect=self.dialect,
            path=request.path_params,
            body=parsed,
            caller=caller,
            owner_quotas=quotas,
            api_key=extract_api_key(request.headers),
            idempotency_key=request.headers.get("idempotency-key", ""),
            base_url=get_base_url(request, self.services),
            wants_draft=parse_draft_header(request.headers.get(DRAFT_HEADER, "")),
            is_large=is_large(get_held_body(request).size, parsed),
        )
        result = await TaskSubmitter(self.services).submit(submit)
        ignored = result.ignored_fields
        headers = {"X-Ignored-Fields": _format_header_list(ignored)} if ignored else {}
        match result:
            case Accepted(response):
                return JSONResponse(response, headers=headers)
            case Replayed(body):
                headers["Idempotent-Replayed"] = "true"
                return Response(body, headers=headers, media_type="application/json")

    async def _read_body(self, request: Request) -> dict[str, object]:
        settings = self.services.settings
        limit = settings.body_limit or self.dialect.body_limit
        if self.dialect.form_schema and is_form(request.headers):
            data = await read_body(request, limit=limit, seconds=settings.body_seconds)
            return await asyncio.to_thread(parse_form, request.headers, data)
        return await read_object(request, limit=limit, seconds=settings.body_seconds)

    async def show_result(self, request: Request, caller: Caller) -> Response:
        """Answer a task's state; that of a succeeded one with freshly signed links."""
        task, eta_seconds, notes = await self.services.store.database.ask(
            partial(self._load_result, request, caller)
        )
        if task.kept is not RetentionStage.ALL:
            notes = (*notes, VIDEO_DELETED_NOTE)
        headers = {"X-Task-Notes": format_notes_header(notes)} if notes else {}
        links = None
        if has_files(task):
            signer = self.services.signer.for_owner(caller.key_id)
            links = self._sign_links(task, get_base_url(request, self.services), signer)
        body = self.dialect.build_result_response(task, parse_stored_request(task), links, eta_seconds)
        return QuickJsonResponse(self.dialect.adapt_result_to_client(body, request.headers), headers=headers)

    def _load_result(self, request: Request, caller: Caller) -> tuple[Task, int, tuple[str, ...]]:
        """Read a task, the seconds until it is done, and its notes."""
        task = self._load_task(request, caller)
        notes = task.notes
        if task.state is TaskState.HELD:
            notes = (*notes, *TaskPresenter(self.services, request, caller).list_hold_notes(task))
        return task, self.services.forecast.estimate_seconds(task), notes

    async def show_balance(self, request: Request, caller: Caller) -> JSONResponse:
        """Answer what the caller's tenant can spend."""
        return await BalanceRoute(self.services).respond_in_dialect(self.dialect, request, caller)

    async def list(self, request: Request, caller: Caller) -> Response:
        """List the caller's tasks, whatever dialect they were made in."""
        query = _join_repeated(request.query_params.multi_items())
        task_filter = self.dialect.parse_list_query(query, self.services.clock.now())
        # One more than the page holds: so it is known whether there is a next page.
        wanted = replace(task_filter, limit=task_filter.limit + 1)
        found = await asyncio.to_thread(self.services.store.list_ids, caller.tenant, wanted)
        page = TaskPage(found[: task_filter.limit], has_more=len(found) > task_filter.limit)
        signer = self.services.signer.for_owner(caller.key_id)
        entries = self._iterate_entries(page, get_base_url(request, self.services), signer)
        return await send_list(self.dialect.build_list_frame(page), self.dialect.list_key, entries)

    def _iterate_entries(self, page: TaskPage, base_url: str, signer: LinkSigner) -> Iterator[Json]:
        now = self.services.clock.now()
        for task in self.services.store.iterate(page.ids):
            endpoint, links = parse_stored_request(task), self._sign_links(task, base_url, signer)
            eta_seconds = task.estimate_remaining_seconds(now)
            yield self.dialect.build_list_entry(ListedTask(task, endpoint, links, eta_seconds))

    async def cancel(self, request: Request, caller: Caller) -> JSONResponse:
        """Cancel a task; the dialect decides the response to one that has ended already."""
        store, found = self.services.store, await self._get_task(request, caller)
        tenant = found.submission.tenant
        task = await write_when_available(
            store.writer, lambda: store.cancel(tenant, found.id), SUBMIT_RETRY_SECONDS, self.services.random
        )
        return JSONResponse(self.dialect.build_cancel_response(task, parse_stored_request(task)))

    async def send_content(self, request: Request, caller: Caller) -> Response:
        """Send the video of a succeeded task, or its cover.

        Raises:
            UnknownTask: there is no video, or not yet.
        """
        task = await self._get_task(request, caller)
        if task.state is not TaskState.SUCCEEDED:
            raise UnknownTask("This task has no video yet, or none at all.")
        key = task.cover if self.dialect.is_cover_requested(request.query_params) else task.video
        return await FileRoute(self.services).send(key, request)

    async def _get_task(self, request: Request, caller: Caller) -> Task:
        return await self.services.store.database.ask(partial(self._load_task, request, caller))

    def _load_task(self, request: Request, caller: Caller) -> Task:
        task_id = self.dialect.parse_task_id(request.path_params, get_query(request))
        request.scope["state"]["task"] = task_id
        task = self.services.store.get(caller.tenant, task_id)
        if task.kept is RetentionStage.LEDGER_ONLY:
            raise LinkExpired("The record of this task was deleted.")
        return task

    def _sign_links(self, task: Task, base_url: str, signer: LinkSigner) -> SignedLinks | None:
        return sign_links(task, signer, base_url, self.services.settings.link_seconds)


def _join_repeated(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join the values of each name with commas, in one pass: a request line has room for 20,000 names."""
    values: dict[str, list[str]] = {}
    for name, value in items:
        values.setdefault(name, []).append(value)
    return {name: ",".join(found) for name, found in values.items()}


def _format_header_list(names: Iterable[str]) -> str:
    """Join names for a header: percent-encoded to printable ASCII, at most MAX_HEADER_LENGTH long."""
    # Each takes three characters or more: further ones are cut off.
    listed = islice(dict.fromkeys(names), MAX_HEADER_LENGTH // 3 + 1)
    text = ", ".join(quote(name[:64], safe="[].-_@") for name in listed)
    return text if len(text) <= MAX_HEADER_LENGTH else text[:MAX_HEADER_LENGTH].rpartition(",")[0] + ", ..."
