"""Callbacks for the operator: what was delivered and what was not, sending it again, the signing secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from keyreel.cli.local.operator import print_rows, run_operation

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.store import TaskStore
    from keyreel.wire.json_types import Json

_COLUMNS = ("id", "tenant", "state", "status", "attempts", "last", "next_at", "url")


def print_deliveries(data: Path | None, task: str, limit: int, *, as_json: bool) -> None:
    """Print deliveries, newest first; as JSON with every attempt."""
    from keyreel.server.routes.operator.webhooks import describe_deliveries
    from keyreel.task import TaskId
    from keyreel.tasks.webhooks.deliveries import DeliveryStore

    def here(store: TaskStore, _: ApiKeyStore) -> Json:
        found = DeliveryStore(store.database, store.clock).list(TaskId(task) if task else None, limit)
        return {"callbacks": describe_deliveries(found)}

    rows = run_operation(data, here, "GET", f"/v1/admin/callbacks?task={task}&limit={limit}")["callbacks"]
    print_rows(rows if as_json else [_summarize_delivery(row) for row in rows], _COLUMNS, as_json=as_json)


def _summarize_delivery(row: Json) -> Json:
    last = row["attempts"][-1] if row["attempts"] else {}
    said = str(last.get("status") or last.get("error") or "")
    return {**row, "attempts": str(len(row["attempts"])), "last": said}


def replay_delivery(data: Path | None, delivery_id: str, *, as_json: bool) -> None:
    """Have an event sent again."""
    from keyreel.server.routes.operator.webhooks import describe_delivery
    from keyreel.tasks.webhooks.deliveries import DeliveryStore

    def here(store: TaskStore, _: ApiKeyStore) -> Json:
        return describe_delivery(DeliveryStore(store.database, store.clock).replay(delivery_id))

    again = run_operation(data, here, "POST", f"/v1/admin/callbacks/{delivery_id}/replay")
    if as_json:
        print(json.dumps(again))
    else:
        print(f"{again['id']} of task {again['task']} ({again['state']}) goes to {again['url']} again.")


def print_secret(data: Path | None, tenant: str, *, as_json: bool) -> None:
    """Print what a tenant's callbacks are signed with."""
    found = get_secret(data, tenant)
    print(json.dumps({"tenant": tenant, "secret": found}) if as_json else found)


def get_secret(data: Path | None, tenant: str) -> str:
    """Return a tenant's signing secret, as the running server has it, or as the next one will."""
    from keyreel.cli.local.composition import open_vault
    from keyreel.server.routes.operator.accounts import check_tenant_name
    from keyreel.settings import read_settings

    check_tenant_name(tenant)

    def here(_: TaskStore, __: ApiKeyStore) -> Json:
        return {"secret": open_vault(read_settings(data=data)).get_secret(tenant)}

    found: str = run_operation(data, here, "GET", f"/v1/admin/callbacks/secret?tenant={tenant}")["secret"]
    return found
