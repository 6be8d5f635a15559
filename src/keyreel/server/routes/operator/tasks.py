"""The operator's routes for the tasks of all tenants and their files."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from keyreel.provenance.verification import KnownVideo, find_matches
from keyreel.server.long_responses import send_list
from keyreel.server.requests.body import read_object
from keyreel.server.requests.list_limit import MAX_LIST_LENGTH, parse_list_limit
from keyreel.server.routes.own.list_query import parse_list_query
from keyreel.tasks.retention import find_missing_files
from keyreel.wire.reference.responses.operator_responses import (
    MatchListing,
    MissingFile,
    MissingFileListing,
    TaskEntry,
)
from keyreel.wire.reference.responses.own_responses import VideoMatch

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.services import Services
    from keyreel.task import Task
    from keyreel.wire.json_types import Json

FINGERPRINT_LIMIT: Final = 1024 * 1024
"""Bytes of a body with a fingerprint."""


class AdminTaskRoutes:
    """The routes /v1/admin/tasks, /v1/admin/storage and /v1/admin/matches."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def list_tasks(self, request: Request) -> Response:
        """List tasks of all tenants, or of one, newest first, page by page.

        Raises:
            InvalidRequest: a filter or the page breaks its rule.
        """
        query = request.query_params
        limit = parse_list_limit(query)
        task_filter = replace(parse_list_query({**query, "limit": ""}), limit=limit + 1)
        found = await asyncio.to_thread(self._services.store.list, query.get("tenant") or None, task_filter)
        page = found[:limit]
        frame: Json = {"next_cursor": page[-1].id if len(found) > limit else None}
        return await send_list(frame, "tasks", map(describe_task, page))

    async def list_missing_files(self, request: Request) -> JSONResponse:
        """List the first files that tasks' records name and the storage lacks."""
        del request
        storage, found = self._services.storage, list[MissingFile]()
        async for task_id, key in find_missing_files(self._services.store.database, storage):
            found.append(MissingFile(task_id=task_id, key=key))
            if len(found) == MAX_LIST_LENGTH:
                break
        return JSONResponse(MissingFileListing(missing=tuple(found)).to_json())

    async def find_matches(self, request: Request) -> JSONResponse:
        """Find the tasks of all tenants whose video has this SHA-256, or resembles this fingerprint's."""
        body = await read_object(request, limit=FINGERPRINT_LIMIT, seconds=10)
        known = (KnownVideo(*each) for each in self._services.store.iterate_fingerprints())
        sha256, fingerprint = str(body.get("sha256")), str(body.get("fingerprint"))
        found = await asyncio.to_thread(find_matches, sha256, fingerprint, known)
        matches = MatchListing(matches=tuple(VideoMatch(**asdict(match)) for match in found))
        return JSONResponse(matches.to_json())


def describe_task(task: Task) -> Json:
    """Describe a task for its operator: no prompts, no images."""
    return _to_task_entry(task).to_json()


def _to_task_entry(task: Task) -> TaskEntry:
    submission = task.submission
    return TaskEntry(
        id=task.id,
        tenant=submission.tenant,
        endpoint=submission.endpoint,
        dialect=submission.dialect,
        seconds=submission.seconds,
        off_peak=submission.off_peak,
        state=task.state,
        attempt=task.attempt,
        crashes=task.crashes,
        progress=task.progress,
        reason=task.reason,
        fault=task.fault,
        notes=task.notes,
        kept=task.kept,
        engine=task.engine,
        draft_of=task.draft_of,
        created=task.created.isoformat(),
        started=_format_optional(task.started),
        finished=_format_optional(task.finished),
        deadline=_format_optional(task.deadline),
    )


def _format_optional(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
