"""The operator's routes: tasks of all tenants."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.provenance.verification import KnownVideo, find_matches
from keyreel.server.requests.body import read_object
from keyreel.task import TaskFilter
from keyreel.tasks.retention import find_missing_files

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services
    from keyreel.task import Task

FINGERPRINT_LIMIT = 1024 * 1024
MAX_LIST_LENGTH = 500


class AdminRoutes:
    """The routes /v1/admin/tasks and /v1/admin/matches."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def list_tasks(self, request: Request) -> JSONResponse:
        """List the newest tasks of all tenants."""
        self._services.authenticator.require_operator(request.headers)
        wanted = request.query_params.get("limit", "50")
        limit = min(int(wanted), MAX_LIST_LENGTH) if wanted.isascii() and wanted.isdecimal() else 50
        tasks = self._services.store.list(task_filter=TaskFilter(limit=limit))
        return JSONResponse({"tasks": [describe_task(task) for task in tasks]})

    async def list_missing_files(self, request: Request) -> JSONResponse:
        """List the first tasks whose files ought to be stored and are not."""
        self._services.authenticator.require_operator(request.headers)
        storage, found = self._services.storage, list[dict[str, str]]()
        async for task_id, key in find_missing_files(self._services.store.database, storage):
            found.append({"task_id": task_id, "key": key})
            if len(found) == MAX_LIST_LENGTH:
                break
        return JSONResponse({"missing": found})

    async def find_matches(self, request: Request) -> JSONResponse:
        """Find the tasks of all tenants whose video has this SHA-256, or looks like this fingerprint's."""
        self._services.authenticator.require_operator(request.headers)
        body = await read_object(request, limit=FINGERPRINT_LIMIT, seconds=10)
        known = (KnownVideo(*each) for each in self._services.store.iterate_fingerprints())
        sha256, fingerprint = str(body.get("sha256")), str(body.get("fingerprint"))
        found = await asyncio.to_thread(find_matches, sha256, fingerprint, known)
        return JSONResponse({"matches": [asdict(match) for match in found]})


def describe_task(task: Task) -> dict[str, object]:
    """Describe a task for its operator: no prompts, no images."""
    shown = asdict(task)
    submission = task.submission
    return {
        "id": task.id,
        "tenant": submission.tenant,
        "endpoint": submission.endpoint,
        "dialect": submission.dialect,
        "seconds": submission.seconds,
        "off_peak": submission.off_peak,
        **{name: shown[name] for name in ("state", "attempt", "crashes", "progress")},
        **{name: shown[name] for name in ("reason", "fault", "notes", "kept")},
        **{
            name: moment.isoformat() if (moment := shown[name]) else None
            for name in ("created", "started", "finished", "deadline")
        },
    }
