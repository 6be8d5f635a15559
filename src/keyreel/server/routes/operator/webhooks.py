"""The operator's routes for webhooks: deliveries with their attempts, replays, signing secrets."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.server.long_responses import send_list
from keyreel.server.requests.authorisation import get_operator
from keyreel.server.requests.list_limit import parse_list_limit
from keyreel.task import TaskId
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.audit.log import AuditAction, AuditEntry, append_entry
from keyreel.tasks.database.retry import SUBMIT_RETRY_SECONDS, write_when_available
from keyreel.tasks.webhooks.deliveries import DeliveryStore
from keyreel.tasks.webhooks.secrets import DEFAULT_TENANT
from keyreel.wire.reference.responses.operator_responses import (
    DeliveryAttemptEntry,
    DeliveryEntry,
    SigningSecret,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.services import Services
    from keyreel.tasks.webhooks.deliveries import Delivery
    from keyreel.wire.json_types import Json


class WebhookRoutes:
    """The routes under /v1/admin/callbacks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._deliveries = DeliveryStore(services.store.database, services.clock)
        self._tenants = TenantStore(services.store.database, services.clock)

    async def list_deliveries(self, request: Request) -> Response:
        """List the newest deliveries, or one task's, with every attempt.

        Raises:
            UnknownTask: there is no such task.
        """
        query = request.query_params
        task, limit = TaskId(query["task"]) if "task" in query else None, parse_list_limit(query)
        if task is not None:
            store = self._services.store
            await store.database.ask(partial(store.require_exists, task))
        return await send_list({}, "callbacks", self._iterate_deliveries(task, limit))

    def _iterate_deliveries(self, task: TaskId | None, limit: int) -> Iterator[Json]:
        services = self._services
        for each in DeliveryStore(services.store.database.reader, services.clock).list(task, limit):
            yield describe_delivery(each)

    async def replay(self, request: Request) -> JSONResponse:
        """Deliver an event again."""
        by = get_operator(request)
        delivery = await write_when_available(
            self._services.store.writer,
            lambda: self._deliveries.replay(request.path_params["id"], by=by),
            SUBMIT_RETRY_SECONDS,
            self._services.random,
        )
        return JSONResponse(describe_delivery(delivery))

    async def show_secret(self, request: Request) -> JSONResponse:
        """Answer the secret that a tenant's webhooks are signed with; that it was shown is recorded.

        Raises:
            UnknownAccount: there is no such tenant.
        """
        services, name = self._services, request.query_params.get("tenant", DEFAULT_TENANT)
        tenant = (await services.store.database.ask(lambda: self._tenants.get(name))).name
        shown = AuditEntry(AuditAction.SECRET_SHOWN, "callbacks", tenant)
        by = get_operator(request)
        await services.store.writer.commit(
            lambda connection: append_entry(connection, services.clock, by, shown)
        )
        secret = SigningSecret(tenant=tenant, secret=services.vault.get_secret(tenant))
        return JSONResponse(secret.to_json())


def describe_delivery(delivery: Delivery) -> Json:
    """Describe a delivery, without its body and its key."""
    return _to_delivery_entry(delivery).to_json()


def _to_delivery_entry(delivery: Delivery) -> DeliveryEntry:
    return DeliveryEntry(
        id=delivery.id,
        task=delivery.task,
        tenant=delivery.tenant,
        url=delivery.url,
        state=delivery.state,
        status=delivery.status.value,
        created=delivery.created.isoformat(),
        next_at=delivery.next_at.isoformat() if delivery.finished is None else None,
        finished=delivery.finished.isoformat() if delivery.finished else None,
        attempts=tuple(
            DeliveryAttemptEntry(
                at=attempt.at.isoformat(),
                milliseconds=attempt.milliseconds,
                status=attempt.status or None,
                error=attempt.error,
            )
            for attempt in delivery.attempts
        ),
    )
