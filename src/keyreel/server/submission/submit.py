"""The use case of submitting: parse a body, take its images in, price it, admit it as a task."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from structlog.contextvars import bind_contextvars

from keyreel.errors import InvalidRequest
from keyreel.intake.intake import Received
from keyreel.server.submission.callbacks import build_callback
from keyreel.server.submission.drafts import build_draft_submission, check_draft
from keyreel.server.submission.extend_source import resolve_extend_source
from keyreel.server.submission.idempotency_key import build_idempotency_record
from keyreel.server.submission.request_problems import combine_all_errors
from keyreel.server.submission.test_mode import build_test_mode_outcome
from keyreel.server.submission.upload_uris import resolve_upload_uris
from keyreel.settings.engines import BUILT_IN_ENGINE
from keyreel.task import Submission, Task
from keyreel.tasks.admission import Admission
from keyreel.tasks.database.retry import (
    SUBMIT_RETRY_SECONDS,
    read_when_available,
    retry_async_while_unavailable,
)
from keyreel.wire.requests.dev_markers import DevMarkers, parse_markers
from keyreel.wire.requests.ignored_fields import find_ignored_fields
from keyreel.wire.requests.parsing import validate_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyreel.engines.routing import EngineChoice
    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services
    from keyreel.tasks.accounts.quotas import OwnerQuotas
    from keyreel.tasks.webhooks.events import Callback
    from keyreel.wire.dialects.dialect import Dialect, ParsedSubmit
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json


T = TypeVar("T")


class _Runner(Protocol):
    """Runs a call: here, or in a thread."""

    async def __call__(self, call: Callable[..., T], /, *arguments: Any) -> T:
        """Return what the call returns."""
        ...


async def _run_inline(call: Callable[..., T], /, *arguments: Any) -> T:
    return call(*arguments)


@dataclass(frozen=True, slots=True)
class SubmitRequest:
    """A submit as it arrived: who sends what, in which format."""

    dialect: Dialect
    path: Mapping[str, str]
    """What stood in the braces of the dialect's path."""
    body: Json
    caller: Caller
    owner_quotas: tuple[OwnerQuotas, ...]
    api_key: str
    """The caller's key, which some formats sign webhooks with."""
    idempotency_key: str
    """Empty for none."""
    base_url: str
    """The server's URL as this client knows it, without a slash at its end."""
    wants_draft: bool
    """Whether its headers ask for a draft; its body may as well."""
    is_large: bool
    """Whether it may have thousands of values: what reads all of it does so in threads."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The task is on disk."""

    response: Json
    """The body that answers the submit."""
    ignored_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """The submit was answered before; it made no task."""

    body: str
    """The JSON that was stored beside the task, byte for byte."""
    ignored_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _PricedSubmit:
    """A submit of which everything is known but its task's id."""

    endpoint: Endpoint
    files: Mapping[str, bytes]
    submission: Submission
    draft: Submission | None
    """What is submitted for its draft, if it wants one."""
    engines: EngineChoice
    callback: Callback | None
    admission: Admission


class TaskSubmitter:
    """Submits tasks for callers in any dialect."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def submit(self, request: SubmitRequest) -> Accepted | Replayed:
        """Make a task of a submit, or find the answer to an earlier one.

        Raises:
            Refusal: the request breaks a rule, passes a limit, or cannot be stored now.
        """
        self._services.storage.require_room()
        run = asyncio.to_thread if request.is_large else _run_inline
        parsed = await self._parse(request, run)
        checked, received = await self._take_in(parsed, request, run)
        ignored_fields = await run(find_ignored_fields, parsed, checked)
        priced = await run(self._price, request, received)
        response, earlier_body = await self._store(priced, request.dialect)
        if earlier_body is not None:
            return Replayed(earlier_body, ignored_fields)
        self._services.nudge()
        return Accepted(response, ignored_fields)

    async def _parse(self, request: SubmitRequest, run: _Runner) -> ParsedSubmit:
        parsed = await run(request.dialect.parse_submit_request, request.path, request.body)
        return await resolve_upload_uris(parsed, request.caller.tenant, request.base_url, self._services)

    async def _take_in(
        self, parsed: ParsedSubmit, request: SubmitRequest, run: _Runner
    ) -> tuple[Endpoint, Received[Endpoint]]:
        """Return the checked request as it was sent, and with its images taken out and its source found.

        Raises:
            InvalidRequest: it breaks rules; up to five are reported at once.
        """
        intake, tenant = self._services.intake, request.caller.tenant
        try:
            checked = await run(validate_fields, parsed)
            if request.wants_draft:
                checked = checked.with_draft()
            check_draft(checked)
            received = await intake.receive(checked, tenant=tenant)
        except InvalidRequest as error:
            raise await asyncio.to_thread(combine_all_errors, parsed, error, intake.check_url) from None
        store = self._services.store
        endpoint = received.request
        if endpoint.extend_source_task_id:
            endpoint = await store.database.ask(partial(resolve_extend_source, endpoint, tenant, store))
        # Nothing is rendered in test mode: its images are checked and let go.
        return checked, Received(endpoint, {} if endpoint.test_mode_state else received.files)

    def _price(self, request: SubmitRequest, received: Received[Endpoint]) -> _PricedSubmit:
        endpoint, settings = received.request, self._services.settings
        engines = self._services.engines.route_request(endpoint, request.caller.tenant)
        submission = self._build_submission(request, endpoint)
        markers = self._read_markers(submission)
        record = build_idempotency_record(submission, settings.dedupe_seconds)
        callback = None if markers.loses_callback else build_callback(request, endpoint, self._services)
        admission = Admission(
            request.owner_quotas,
            record,
            keep_queued=markers.stays_queued,
            files={key: len(data) for key, data in received.files.items()},
            storage_quota=settings.storage_quota_bytes,
        )
        draft = build_draft_submission(endpoint, submission) if endpoint.wants_draft else None
        return _PricedSubmit(endpoint, received.files, submission, draft, engines, callback, admission)

    def _build_submission(self, request: SubmitRequest, endpoint: Endpoint) -> Submission:
        services = self._services
        seed = endpoint.chosen_seed or services.random.randrange(1, 2**31)
        return Submission(
            tenant=request.caller.tenant,
            key_id=request.caller.key_id,
            dialect=request.dialect.name,
            endpoint=endpoint.name(),
            fields=endpoint.model_dump_json(exclude_none=True),
            seed=seed,
            seconds=endpoint.seconds,
            resolution=endpoint.resolution,
            credits=0 if endpoint.test_mode_state else services.prices.compute_price(endpoint.to_billable()),
            off_peak=endpoint.is_off_peak,
            payload=endpoint.payload,
            idempotency_key=request.idempotency_key,
        )

    def _read_markers(self, submission: Submission) -> DevMarkers:
        """Read the markers in prompts, which count in development mode.

        Raises:
            Refusal: a marker asks for this error.
        """
        markers = parse_markers(submission.fields) if self._services.settings.dev else DevMarkers()
        if markers.submit_error:
            raise markers.submit_error
        return markers

    async def _store(self, priced: _PricedSubmit, dialect: Dialect) -> tuple[Json, str | None]:
        """Store the images of a submit that will be accepted, and then its task, which needs them.

        Returns the response, or the body that answered an earlier submit. What is refused leaves no file.
        """
        if not priced.files:
            return await self._admit(priced, dialect)
        earlier_body = await self._check_admission(priced)
        if earlier_body is not None:
            return {}, earlier_body
        async with self._services.pending_files.store(priced.files) as hold:
            response, earlier_body = await self._admit(priced, dialect)
            if earlier_body is None:
                hold.keep()
        return response, earlier_body

    async def _check_admission(self, priced: _PricedSubmit) -> str | None:
        services = self._services
        check = partial(services.store.check_admission, priced.submission, priced.admission)
        return await read_when_available(
            services.store.database, check, SUBMIT_RETRY_SECONDS, services.random
        )

    async def _admit(self, priced: _PricedSubmit, dialect: Dialect) -> tuple[Json, str | None]:
        """Store the task and its response; return that, and the body that answered an earlier submit."""
        services = self._services
        end = priced.endpoint.test_mode_state
        outcome = None if end is None else await build_test_mode_outcome(end, services.storage)

        composed, draft = self._compose(priced)
        # In test mode no engine makes anything.
        name = priced.engines.list_engines(composed.id)[0] if outcome is None else ""
        task = replace(composed, engine=name)
        response = dialect.build_submit_response(task, priced.endpoint)
        admission = priced.admission.with_response(json.dumps(response, ensure_ascii=False))
        tries = count()

        async def admit_once() -> tuple[Json, str | None]:
            # A commit may have reached the disk although its connection was lost.
            if next(tries) and await services.store.has_admitted(task):
                return response, None
            earlier = await services.store.admit_in_group(
                task, priced.callback, admission, outcome=outcome, draft=draft
            )
            if earlier is None:
                bind_contextvars(task=task.id)
                services.tracer.record_submit(task.id)
            return response, earlier

        return await retry_async_while_unavailable(admit_once, SUBMIT_RETRY_SECONDS, services.random)

    def _compose(self, priced: _PricedSubmit) -> tuple[Task, Task | None]:
        """Return the new task and the one that makes its draft, if it wants one."""
        store = self._services.store
        if priced.draft is None:
            return store.compose(priced.submission), None
        task, draft = store.compose_held(priced.submission, priced.draft)
        return task, replace(draft, engine=BUILT_IN_ENGINE)
