"""Callbacks for the operator: what was delivered and what was not, sending it again, the signing secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from keyreel.cli.local.operator import Json, ask, print_rows

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.store import TaskStore

_COLUMNS = ("id", "tenant", "state", "status", "attempts", "last", "next_at", "url")


def list_callbacks(data: Path | None, task: str, limit: int, *, as_json: bool) -> None:
    """Print deliveries, newest first; as JSON with every attempt."""
    from keyreel.server.routes.operator.webhooks import deliveries_json
    from keyreel.task import TaskId
    from keyreel.tasks.webhooks.deliveries import DeliveryStore

    def here(store: TaskStore, _: ApiKeyStore) -> Json:
        found = DeliveryStore(store.database, store.clock).list(TaskId(task) if task else None, limit)
        return {"callbacks": deliveries_json(found)}

    rows = ask(data, here, "GET", f"/v1/admin/callbacks?task={task}&limit={limit}")["callbacks"]
    print_rows(rows if as_json else [_shortened(row) for row in rows], _COLUMNS, as_json=as_json)


def _shortened(row: Json) -> Json:
    last = row["attempts"][-1] if row["attempts"] else {}
    said = str(last.get("status") or last.get("error") or "")
    return {**row, "attempts": str(len(row["attempts"])), "last": said}


def replay(data: Path | None, delivery_id: str, *, as_json: bool) -> None:
    """Have an event sent again."""
    from keyreel.server.routes.operator.webhooks import delivery_json
    from keyreel.tasks.webhooks.deliveries import DeliveryStore

    def here(store: TaskStore, _: ApiKeyStore) -> Json:
        return delivery_json(DeliveryStore(store.database, store.clock).replay(delivery_id))

    again = ask(data, here, "POST", f"/v1/admin/callbacks/{delivery_id}/replay")
    if as_json:
        print(json.dumps(again))
    else:
        print(f"{again['id']} of task {again['task']} ({again['state']}) goes to {again['url']} again.")


def secret(data: Path | None, tenant: str, *, as_json: bool) -> None:
    """Print what a tenant's callbacks are signed with."""
    found = secret_of(data, tenant)
    print(json.dumps({"tenant": tenant, "secret": found}) if as_json else found)


def secret_of(data: Path | None, tenant: str) -> str:
    """Return a tenant's signing secret, as the running server has it, or as the next one will."""
    from keyreel.cli.local.composition import open_vault
    from keyreel.server.routes.operator.accounts import check_tenant
    from keyreel.settings import read_settings

    check_tenant(tenant)

    def here(_: TaskStore, __: ApiKeyStore) -> Json:
        return {"secret": open_vault(read_settings(data=data)).get_secret(tenant)}

    found: str = ask(data, here, "GET", f"/v1/admin/callbacks/secret?tenant={tenant}")["secret"]
    return found
