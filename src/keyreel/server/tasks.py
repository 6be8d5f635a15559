"""Submitting and polling, the same for every dialect: only the reading and writing differ."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import JSONResponse

from keyreel.server.body import read_body
from keyreel.task import Links, State, Submission
from keyreel.tasks.patience import SUBMIT_SECONDS, patiently
from keyreel.wire import catalogue
from keyreel.wire.notes import written_notes
from keyreel.wire.parse import parse_body, parse_fields

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services
    from keyreel.task import Task
    from keyreel.wire.dialect import Dialect
    from keyreel.wire.endpoint import Endpoint

# Bodies beyond this are parsed in a thread, so that a 20 MB upload never holds up a poll by more than 25 ms.
INLINE_PARSE_BYTES = 256 * 1024
LONGEST_HEADER = 1000


@dataclass(frozen=True, slots=True)
class TaskRoutes:
    """The two routes of one dialect."""

    dialect: Dialect
    services: Services

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
            payload=endpoint.payload,
            idempotency_key=idempotency_key,
        )
        task = await patiently(lambda: services.store.accept(submission), SUBMIT_SECONDS, services.random)
        services.nudge()
        ignored = [*endpoint.without_effect(), *asked.unknown]
        if idempotency_key:
            ignored.append("Idempotency-Key")
        headers = {"X-Ignored-Fields": _header_list(ignored)} if ignored else {}
        return JSONResponse(self.dialect.accepted(task, endpoint), headers=headers)

    async def _body(self, request: Request) -> dict[str, object]:
        settings = self.services.settings
        limit = settings.body_limit or self.dialect.body_limit
        data = await read_body(request, limit=limit, seconds=settings.body_seconds)
        if len(data) <= INLINE_PARSE_BYTES:
            return parse_body(data)
        return await asyncio.to_thread(parse_body, data)

    async def result(self, request: Request) -> JSONResponse:
        """Say where a task is; a succeeded one with freshly signed links."""
        services = self.services
        caller = services.gate.caller(request.headers)
        task_id = self.dialect.task_id(request.path_params, request.query_params)
        task = services.store.get(caller.tenant, task_id)
        endpoint = stored_endpoint(task)
        links = links_of(task, services, base_url(request, services))
        eta = task.remaining_seconds(services.clock.now())
        headers = {"X-Task-Notes": written_notes(task.notes)} if task.notes else {}
        return JSONResponse(self.dialect.result(task, endpoint, links, eta), headers=headers)


def stored_endpoint(task: Task) -> Endpoint:
    """Read a task's checked request back."""
    kind = catalogue.endpoint(task.submission.endpoint)
    return kind.model_validate_json(task.submission.fields, context=catalogue.TRUSTED)


def base_url(request: Request, services: Services) -> str:
    """Return the address under which this client reaches the server, without a slash at its end."""
    return services.settings.public_url or str(request.base_url).rstrip("/")


def links_of(task: Task, services: Services, base: str) -> Links | None:
    """Sign the files of a succeeded task."""
    if task.state is not State.SUCCEEDED:
        return None
    seconds = services.settings.link_seconds
    return Links(
        video=base + services.signer.sign(task.video, seconds),
        cover=base + services.signer.sign(task.cover, seconds),
        ttl_seconds=seconds,
    )


def _header_list(names: list[str]) -> str:
    """Join names for a header: whatever a client called its fields, printable ASCII of bounded length."""
    safe = [quote(name[:64], safe="[].-_") for name in dict.fromkeys(names)]
    text = ", ".join(safe)
    return text if len(text) <= LONGEST_HEADER else text[:LONGEST_HEADER].rpartition(",")[0] + ", ..."
