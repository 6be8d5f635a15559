"""Admission: what submissions are held against, and the one transaction that stores those which pass.

Submissions that come together are admitted together: what the database says is read once and carried on in
memory, and the rows of all are written at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Self

from sqlalchemy import insert

from keyreel.errors import Refusal
from keyreel.task import TaskState
from keyreel.tasks.accounts.ledger import PriceHold, post_holds
from keyreel.tasks.accounts.quotas import OwnerQuotas, QuotaUse
from keyreel.tasks.accounts.stored_files import count_files
from keyreel.tasks.accounts.submitters import Submitters
from keyreel.tasks.database.portable_sql import lock_tenants
from keyreel.tasks.database.prepared import PreparedStatement
from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.deadlines import keep_queued, make_held_columns, make_queue_columns
from keyreel.tasks.idempotency import NewResponse, find_response, store_responses
from keyreel.tasks.outcomes import end_test_task
from keyreel.tasks.webhooks.events import register_callback

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from keyreel.task import Submission, Task
    from keyreel.tasks.idempotency import IdempotencyRecord
    from keyreel.tasks.outcomes import Failure, Success
    from keyreel.tasks.webhooks.events import Callback

_SUBMISSION_COLUMNS: Final = (
    "tenant",
    "key_id",
    "dialect",
    "endpoint",
    "fields",
    "seed",
    "seconds",
    "resolution",
    "credits",
    "off_peak",
    "payload",
    "idempotency_key",
)
_read_submission: Final = attrgetter(*_SUBMISSION_COLUMNS)
_EMPTY_COLUMNS: Final = (
    "owner",
    "reason",
    "fault",
    "video",
    "cover",
    "clean",
    "size",
    "video_sha256",
    "fingerprint",
)
_INSERT_TASK: Final = PreparedStatement(
    insert(TASKS).values(
        attempt=0,
        crashes=0,
        progress=0.0,
        notes=(),
        **dict.fromkeys(_EMPTY_COLUMNS, ""),
    ),
    columns=(
        *("id", "state", *_SUBMISSION_COLUMNS, "priority", "ready_at", "deadline", "created", "engine"),
        "draft_of",
    ),
)


@dataclass(frozen=True, slots=True)
class Admission:
    """What is checked and stored in the transaction that makes a task."""

    owner_quotas: tuple[OwnerQuotas, ...] = ()
    idempotency: IdempotencyRecord | None = None
    keep_queued: bool = False
    """The task is never begun: a test of a client asks for it."""
    files: Mapping[str, int] = field(default_factory=dict)
    """The images that the task brings: their storage keys and sizes in bytes."""
    storage_quota: int = 0
    """Bytes that a tenant may store which has no quota of its own; 0 for any number."""

    def with_response(self, body: str) -> Self:
        """Return a copy that stores this answer for repetitions of the submit, if there can be any."""
        record = self.idempotency
        return self if record is None else replace(self, idempotency=replace(record, response=body))


NO_CHECKS: Final = Admission()


@dataclass(frozen=True, slots=True)
class NewTask:
    """What is to be stored of a task in one transaction."""

    task: Task
    draft: Task | None
    """The task that makes its draft, which is told of by the same callback; the task is then held."""
    callback: Callback | None
    admission: Admission
    outcome: Success | Failure | None
    """How it has ended already; nothing is rendered then, and its price is to be 0."""
    judged: datetime
    """The trusted time by which what is stored of earlier submits has expired."""


class AdmissionChecks:
    """The checks of the submissions within one transaction; each sees those that were counted before it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._submitters = Submitters(connection)
        self._quota_use = QuotaUse(connection)
        self._new_records: dict[tuple[str, str], IdempotencyRecord] = {}

    def check(
        self, submission: Submission, admission: Admission, now: datetime, *, judged: datetime
    ) -> str | None:
        """Hold a submission against all limits, unless it was answered before: then return that answer.

        `judged` is the time by which answers expire.

        Raises:
            InvalidKey: its key is revoked.
            TenantDisabled: its tenant is disabled.
            IdempotencyConflict: its key stands for another request.
            RateLimited: a limit would be passed.
            QuotaExceeded: the day's credits are spent, or as much is stored as may be.
            InsufficientCredits: its tenant pays in advance and has less.
        """
        tenant = submission.tenant
        self._submitters.require_good_standing(submission.key_id, tenant)
        if admission.idempotency is not None:
            body = self._find_response(submission.key_id, admission.idempotency, judged)
            if body is not None:
                return body
        self._quota_use.enforce(admission.owner_quotas, submission, now)
        self._submitters.require_storage(tenant, admission.files, usual_quota=admission.storage_quota)
        self._submitters.require_credits(tenant, submission.credits)
        return None

    def count(self, entry: NewTask) -> None:
        """Count a submission that passed, for those after it."""
        submission, admission = entry.task.submission, entry.admission
        self._quota_use.add(submission, entry.task.created, is_queued=entry.outcome is None)
        if entry.draft is not None:
            self._quota_use.add(entry.draft.submission, entry.draft.created, is_queued=True)
        self._submitters.take(submission.tenant, submission.credits, admission.files)
        if admission.idempotency is not None:
            self._new_records[submission.key_id, admission.idempotency.key] = admission.idempotency

    def _find_response(self, key_id: str, record: IdempotencyRecord, judged: datetime) -> str | None:
        first = self._new_records.get((key_id, record.key))
        if first is not None:
            return record.get_response_of(first)
        return find_response(self._connection, key_id, record, judged)


def admit_all(connection: Connection, entries: Sequence[NewTask]) -> list[str | Refusal | None]:
    """Store the tasks that are admitted, in the order of the entries; a refused one changes nothing.

    Returns for each None where its task was stored, the body that answered the same submit before, or why it
    is refused.
    """
    lock_tenants(connection, {entry.task.submission.tenant for entry in entries})
    checks = AdmissionChecks(connection)
    results = list[str | Refusal | None]()
    for entry in entries:
        try:
            result: str | Refusal | None = checks.check(
                entry.task.submission, entry.admission, entry.task.created, judged=entry.judged
            )
        except Refusal as refusal:
            result = refusal
        if result is None:
            checks.count(entry)
        results.append(result)
    _store_all(connection, [entry for entry, result in zip(entries, results, strict=True) if result is None])
    return results


def _store_all(connection: Connection, entries: Sequence[NewTask]) -> None:
    """Store the rows of new tasks, set their prices aside, and keep what belongs to them."""
    if not entries:
        return
    tasks = [task for entry in entries for task in (entry.task, entry.draft) if task is not None]
    _INSERT_TASK.run_many(connection, [_make_row(task) for task in tasks])
    post_holds(connection, [_make_hold(task) for task in tasks])
    for entry in entries:
        tenant = entry.task.submission.tenant
        if entry.callback is not None:
            _register_callback(connection, entry, entry.callback)
        count_files(connection, tenant, entry.admission.files)
        if entry.admission.keep_queued:
            keep_queued(connection, entry.task)
        if entry.outcome is not None:
            end_test_task(connection, entry.task, entry.outcome)
    store_responses(connection, [each for entry in entries if (each := _make_response(entry)) is not None])


def _register_callback(connection: Connection, entry: NewTask, callback: Callback) -> None:
    for task in (entry.task, entry.draft):
        if task is not None:
            register_callback(connection, int(task.id), task.submission.tenant, callback)


def _make_row(task: Task) -> dict[str, Any]:
    return {
        "id": int(task.id),
        **dict(zip(_SUBMISSION_COLUMNS, _read_submission(task.submission), strict=True)),
        **_make_waiting_columns(task),
        "state": task.state.value,
        "created": task.created,
        "engine": task.engine,
        "draft_of": None if task.draft_of is None else int(task.draft_of),
    }


def _make_waiting_columns(task: Task) -> dict[str, Any]:
    if task.state is TaskState.HELD:
        return make_held_columns(task.created)
    return make_queue_columns(task.submission, task.created)


def _make_hold(task: Task) -> PriceHold:
    return PriceHold(int(task.id), task.submission.tenant, task.submission.credits, task.created)


def _make_response(entry: NewTask) -> NewResponse | None:
    record, task = entry.admission.idempotency, entry.task
    if record is None:
        return None
    return NewResponse(record, task.submission.key_id, int(task.id), entry.judged)
