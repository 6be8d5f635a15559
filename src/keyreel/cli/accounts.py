"""Tenants and keys for the operator: through the running server, or in the data folder when none runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from keyreel.cli.local.operator import print_rows, run_operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.accounts.tenants import TenantStore
    from keyreel.tasks.store import TaskStore
    from keyreel.wire.json_types import Json

_LIMITS = ("rpm", "running", "queued", "daily_credits")


def create_key(data: Path | None, body: Json, *, as_json: bool) -> None:
    """Make a key and print it."""
    from keyreel.server.routes.operator.accounts import check_tenant_name, make_key

    check_tenant_name(body["tenant"])
    created = run_operation(data, lambda _, keys: make_key(keys, body), "POST", "/v1/admin/keys", body=body)
    if as_json:
        print(json.dumps(created))
        return
    owner = f"Key {created['id']} of tenant {created['tenant']}"
    print(f"{created['key']}\n\n{owner}. It is shown only now: keep it.")


def list_keys(data: Path | None, *, as_json: bool) -> None:
    """Print every key's record."""
    from keyreel.server.routes.operator.accounts import describe_key

    def here(_: TaskStore, keys: ApiKeyStore) -> Json:
        return {"keys": [describe_key(info) for info in keys.list()]}

    found = run_operation(data, here, "GET", "/v1/admin/keys")["keys"]
    if not as_json:
        for key in found:
            key |= {"scopes": " ".join(key["scopes"]), "limits": _format_limits(key)}
    print_rows(found, ("id", "tenant", "name", "scopes", "limits", "created", "revoked"), as_json=as_json)


def limit_key(data: Path | None, key_id: str, limits: Json, *, as_json: bool) -> None:
    """Set some of a key's limits."""
    from keyreel.server.routes.operator.accounts import describe_key, parse_limits

    path = f"/v1/admin/keys/{quote(key_id, safe='')}"
    changed = run_operation(
        data,
        lambda _, keys: describe_key(keys.set_quotas(key_id, parse_limits(limits))),
        "PATCH",
        path,
        body=limits,
    )
    print(json.dumps(changed) if as_json else f"Key {changed['id']}: {_format_limits(changed)}.")


def revoke_key(data: Path | None, key_id: str, *, as_json: bool) -> None:
    """Make a key invalid."""
    from keyreel.server.routes.operator.accounts import describe_key

    path = f"/v1/admin/keys/{quote(key_id, safe='')}"
    revoked = run_operation(data, lambda _, keys: describe_key(keys.revoke(key_id)), "DELETE", path)
    print(
        json.dumps(revoked) if as_json else f"Key {revoked['id']} of tenant {revoked['tenant']} is revoked."
    )


def list_tenants(data: Path | None, *, as_json: bool) -> None:
    """Print every tenant."""
    from keyreel.server.routes.operator.accounts import describe_tenant

    here = _with_tenants(lambda tenants: {"tenants": [describe_tenant(each) for each in tenants.list()]})
    found = run_operation(data, here, "GET", "/v1/admin/tenants")["tenants"]
    if not as_json:
        for tenant in found:
            tenant["limits"] = _format_limits(tenant)
    columns = ("name", "credits", "held", "prepaid", "limits", "notes", "created")
    print_rows(found, columns, as_json=as_json)


def create_tenant(data: Path | None, body: Json, *, as_json: bool) -> None:
    """Make a tenant."""
    from keyreel.server.routes.operator.accounts import check_tenant_name, make_tenant

    check_tenant_name(body["name"])
    here = _with_tenants(lambda tenants: make_tenant(tenants, body))
    _print_tenant(run_operation(data, here, "POST", "/v1/admin/tenants", body=body), as_json=as_json)


def limit_tenant(data: Path | None, name: str, limits: Json, *, as_json: bool) -> None:
    """Set some of a tenant's limits."""
    from keyreel.server.routes.operator.accounts import describe_tenant, parse_limits

    here = _with_tenants(lambda tenants: describe_tenant(tenants.set_quotas(name, parse_limits(limits))))
    path = f"/v1/admin/tenants/{quote(name, safe='')}"
    _print_tenant(run_operation(data, here, "PATCH", path, body=limits), as_json=as_json)


def grant_tenant_credits(data: Path | None, name: str, body: Json, *, as_json: bool) -> None:
    """Give a tenant credits."""
    from keyreel.server.routes.operator.accounts import grant_credits

    here = _with_tenants(lambda tenants: grant_credits(tenants, name, body))
    path = f"/v1/admin/tenants/{quote(name, safe='')}/grants"
    _print_tenant(run_operation(data, here, "POST", path, body=body), as_json=as_json)


def _with_tenants(work: Callable[[TenantStore], Json]) -> Callable[[TaskStore, ApiKeyStore], Json]:
    from keyreel.tasks.accounts.tenants import TenantStore

    return lambda store, _: work(TenantStore(store.database, store.clock))


def _print_tenant(tenant: Json, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(tenant))
        return
    pays = "pays in advance" if tenant["prepaid"] else "pays afterwards"
    print(
        f"Tenant {tenant['name']} has {tenant['credits']} credits to spend, {tenant['held']} are held; "
        f"it {pays}. Limits: {_format_limits(tenant)}."
    )


def _format_limits(limits: Json) -> str:
    given = [f"{name} {limits[name] or 'none'}" for name in _LIMITS if limits[name] is not None]
    return ", ".join(given) or "usual"
