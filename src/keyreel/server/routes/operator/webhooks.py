"""The operator's routes for webhooks: deliveries with their attempts, replays, signing secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.server.requests.authorisation import get_operator
from keyreel.server.requests.list_limit import parse_list_limit
from keyreel.task import TaskId
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.audit.log import AuditAction, AuditEntry, append_entry
from keyreel.tasks.webhooks.deliveries import DeliveryStore
from keyreel.tasks.webhooks.secrets import DEFAULT_TENANT
from keyreel.wire.reference.operator_responses import (
    DeliveryAttemptEntry,
    DeliveryEntry,
    DeliveryListing,
    SigningSecret,
)

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services
    from keyreel.tasks.webhooks.deliveries import Delivery


class WebhookRoutes:
    """The routes under /v1/admin/callbacks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._deliveries = DeliveryStore(services.store.database, services.clock)
        self._tenants = TenantStore(services.store.database, services.clock)

    async def list_deliveries(self, request: Request) -> JSONResponse:
        """List the newest deliveries, or one task's, with every attempt.

        Raises:
            UnknownTask: there is no such task.
        """
        query = request.query_params
        task = TaskId(query["task"]) if "task" in query else None
        if task is not None:
            self._services.store.require_exists(task)
        found = self._deliveries.list(task, parse_list_limit(query))
        return JSONResponse(DeliveryListing(callbacks=tuple(map(_to_delivery_entry, found))).to_json())

    async def replay(self, request: Request) -> JSONResponse:
        """Deliver an event again."""
        again = self._deliveries.replay(request.path_params["id"], by=get_operator(request))
        return JSONResponse(_to_delivery_entry(again).to_json())

    async def show_secret(self, request: Request) -> JSONResponse:
        """Answer the secret that a tenant's webhooks are signed with; that it was shown is recorded.

        Raises:
            UnknownAccount: there is no such tenant.
        """
        services, name = self._services, request.query_params.get("tenant", DEFAULT_TENANT)
        tenant = self._tenants.get(name).name
        with services.store.database.write() as connection:
            shown = AuditEntry(AuditAction.SECRET_SHOWN, "callbacks", tenant)
            append_entry(connection, services.clock, get_operator(request), shown)
        secret = SigningSecret(tenant=tenant, secret=services.vault.get_secret(tenant))
        return JSONResponse(secret.to_json())


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
