"""The operator's routes: keys and tasks of all tenants, for the holder of the data folder's admin token."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.errors import InvalidRequest
from keyreel.provenance.findings import Known, matches_of
from keyreel.server.auth import check_admin
from keyreel.server.body import read_body
from keyreel.task import TaskFilter
from keyreel.wire.parse import parse_body

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services
    from keyreel.task import Task
    from keyreel.tasks.keys import ApiKey

BODY_LIMIT = 64 * 1024
FINGERPRINT_LIMIT = 1024 * 1024
LONGEST_LIST = 500
TENANT = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Admin:
    """The routes under /v1/admin."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def create_key(self, request: Request) -> JSONResponse:
        """Make a key for a tenant; it is shown in this answer and never again."""
        check_admin(request.headers, self._services.admin_token)
        body = parse_body(await read_body(request, limit=BODY_LIMIT, seconds=10))
        info, key = self._services.keys.create(
            check_tenant(body.get("tenant")), str(body.get("name", ""))[:200]
        )
        return JSONResponse({**key_json(info), "key": key}, status_code=201)

    async def list_keys(self, request: Request) -> JSONResponse:
        """List every key, without the keys themselves."""
        check_admin(request.headers, self._services.admin_token)
        return JSONResponse({"keys": [key_json(info) for info in self._services.keys.list()]})

    async def revoke_key(self, request: Request) -> JSONResponse:
        """Make a key invalid from now on."""
        check_admin(request.headers, self._services.admin_token)
        return JSONResponse(key_json(self._services.keys.revoke(request.path_params["id"])))

    async def list_tasks(self, request: Request) -> JSONResponse:
        """List the newest tasks of all tenants."""
        check_admin(request.headers, self._services.admin_token)
        wanted = request.query_params.get("limit", "50")
        limit = min(int(wanted), LONGEST_LIST) if wanted.isascii() and wanted.isdecimal() else 50
        tasks = self._services.store.list(wanted=TaskFilter(limit=limit))
        return JSONResponse({"tasks": [task_json(task) for task in tasks]})

    async def matches(self, request: Request) -> JSONResponse:
        """Find the tasks of all tenants whose video has this SHA-256, or looks like this fingerprint's."""
        check_admin(request.headers, self._services.admin_token)
        body = parse_body(await read_body(request, limit=FINGERPRINT_LIMIT, seconds=10))
        known = (Known(*each) for each in self._services.store.fingerprints())
        sha256, fingerprint = str(body.get("sha256")), str(body.get("fingerprint"))
        found = await asyncio.to_thread(matches_of, sha256, fingerprint, known)
        return JSONResponse({"matches": [asdict(match) for match in found]})


def key_json(info: ApiKey) -> dict[str, object]:
    """Describe a key without showing it."""
    return {
        "id": info.id,
        "tenant": info.tenant,
        "name": info.name,
        "created": info.created.isoformat(),
        "revoked": info.revoked.isoformat() if info.revoked else None,
    }


def task_json(task: Task) -> dict[str, object]:
    """Describe a task for its operator: no prompts, no pictures."""
    shown = asdict(task)
    submission = task.submission
    return {
        "id": task.id,
        "tenant": submission.tenant,
        "endpoint": submission.endpoint,
        "dialect": submission.dialect,
        "seconds": submission.seconds,
        **{name: shown[name] for name in ("state", "attempt", "crashes", "progress")},
        **{name: shown[name] for name in ("reason", "fault", "notes")},
        **{
            name: moment.isoformat() if (moment := shown[name]) else None
            for name in ("created", "started", "finished")
        },
    }


def check_tenant(name: object) -> str:
    """Return a tenant's name.

    Raises:
        InvalidRequest: it breaks the rule.
    """
    if not isinstance(name, str) or not TENANT.fullmatch(name):
        raise InvalidRequest(
            f"tenant: got {str(name)[:64]!r}; 1 to 64 letters, digits, '.', '_' or '-' are allowed.",
            field="tenant",
        )
    return name
