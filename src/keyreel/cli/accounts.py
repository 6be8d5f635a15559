"""Tenants and keys for the operator: through the running server, or in the data folder when none runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from keyreel.cli.local.operator import ask, print_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.accounts.tenants import TenantStore
    from keyreel.tasks.store import TaskStore

Json = dict[str, Any]

_LIMITS = ("rpm", "running", "queued", "daily_credits")


def create_key(data: Path | None, body: Json, *, as_json: bool) -> None:
    """Make a key and print it."""
    from keyreel.server.routes.operator.accounts import check_tenant, make_key

    check_tenant(body["tenant"])
    created = ask(data, lambda _, keys: make_key(keys, body), "POST", "/v1/admin/keys", body=body)
    if as_json:
        print(json.dumps(created))
        return
    owner = f"Key {created['id']} of tenant {created['tenant']}"
    print(f"{created['key']}\n\n{owner}. It is shown only now: keep it.")


def list_keys(data: Path | None, *, as_json: bool) -> None:
    """Print every key's record."""
    from keyreel.server.routes.operator.accounts import key_json

    def here(_: TaskStore, keys: ApiKeyStore) -> Json:
        return {"keys": [key_json(info) for info in keys.list()]}

    found = ask(data, here, "GET", "/v1/admin/keys")["keys"]
    if not as_json:
        for key in found:
            key |= {"scopes": " ".join(key["scopes"]), "limits": _said(key)}
    print_rows(found, ("id", "tenant", "name", "scopes", "limits", "created", "revoked"), as_json=as_json)


def limit_key(data: Path | None, key_id: str, limits: Json, *, as_json: bool) -> None:
    """Set some of a key's limits."""
    from keyreel.server.routes.operator.accounts import key_json, limits_in

    path = f"/v1/admin/keys/{quote(key_id, safe='')}"
    changed = ask(
        data, lambda _, keys: key_json(keys.set_quotas(key_id, limits_in(limits))), "PATCH", path, body=limits
    )
    print(json.dumps(changed) if as_json else f"Key {changed['id']}: {_said(changed)}.")


def revoke_key(data: Path | None, key_id: str, *, as_json: bool) -> None:
    """Make a key invalid."""
    from keyreel.server.routes.operator.accounts import key_json

    path = f"/v1/admin/keys/{quote(key_id, safe='')}"
    revoked = ask(data, lambda _, keys: key_json(keys.revoke(key_id)), "DELETE", path)
    print(
        json.dumps(revoked) if as_json else f"Key {revoked['id']} of tenant {revoked['tenant']} is revoked."
    )


def list_tenants(data: Path | None, *, as_json: bool) -> None:
    """Print every tenant."""
    from keyreel.server.routes.operator.accounts import tenant_json

    here = _with_tenants(lambda tenants: {"tenants": [tenant_json(each) for each in tenants.list()]})
    found = ask(data, here, "GET", "/v1/admin/tenants")["tenants"]
    if not as_json:
        for tenant in found:
            tenant["limits"] = _said(tenant)
    columns = ("name", "credits", "held", "prepaid", "limits", "notes", "created")
    print_rows(found, columns, as_json=as_json)


def create_tenant(data: Path | None, body: Json, *, as_json: bool) -> None:
    """Make a tenant."""
    from keyreel.server.routes.operator.accounts import check_tenant, make_tenant

    check_tenant(body["name"])
    here = _with_tenants(lambda tenants: make_tenant(tenants, body))
    _print_tenant(ask(data, here, "POST", "/v1/admin/tenants", body=body), as_json=as_json)


def limit_tenant(data: Path | None, name: str, limits: Json, *, as_json: bool) -> None:
    """Set some of a tenant's limits."""
    from keyreel.server.routes.operator.accounts import limits_in, tenant_json

    here = _with_tenants(lambda tenants: tenant_json(tenants.set_quotas(name, limits_in(limits))))
    path = f"/v1/admin/tenants/{quote(name, safe='')}"
    _print_tenant(ask(data, here, "PATCH", path, body=limits), as_json=as_json)


def grant(data: Path | None, name: str, body: Json, *, as_json: bool) -> None:
    """Give a tenant credits."""
    from keyreel.server.routes.operator.accounts import give

    here = _with_tenants(lambda tenants: give(tenants, name, body))
    path = f"/v1/admin/tenants/{quote(name, safe='')}/grants"
    _print_tenant(ask(data, here, "POST", path, body=body), as_json=as_json)


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
        f"it {pays}. Limits: {_said(tenant)}."
    )


def _said(limits: Json) -> str:
    given = [f"{name} {limits[name] or 'none'}" for name in _LIMITS if limits[name] is not None]
    return ", ".join(given) or "usual"
