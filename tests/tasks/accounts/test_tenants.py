"""Tenants, their credits, and the keys that make them known."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import InsufficientCredits, InvalidRequest, UnknownAccount
from keyreel.tasks.accounts.api_keys import DEFAULT_SCOPES, ApiKeyStore, Scope
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.accounts.quotas import Quotas
from keyreel.tasks.accounts.tenants import TenantStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.task import Submission
    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]


@pytest.fixture
def tenants(store: TaskStore, clock: ManualClock) -> TenantStore:
    return TenantStore(store.database, clock)


@pytest.fixture
def keys(store: TaskStore, clock: ManualClock) -> ApiKeyStore:
    return ApiKeyStore(store.database, clock, SystemRandom())


def test_a_tenant_is_made_once(tenants: TenantStore) -> None:
    made = tenants.create("ann", "pays on Fridays", Quotas(running=3))
    assert tenants.get("ann") == made
    assert (made.notes, made.quotas, made.credits, made.prepaid) == (
        "pays on Fridays",
        Quotas(running=3),
        0,
        False,
    )
    with pytest.raises(InvalidRequest, match="already"):
        tenants.create("ann")


def test_whoever_gets_a_key_is_a_tenant(tenants: TenantStore, keys: ApiKeyStore) -> None:
    keys.create("bob")
    keys.create("bob")
    tenants.create("ann")
    assert [each.name for each in tenants.list()] == ["ann", "bob"]


def test_a_granted_tenant_pays_in_advance(tenants: TenantStore, store: TaskStore, submission: Make) -> None:
    tenants.create("ann")
    assert tenants.grant("ann", 50, "first")[0].credits == 50
    store.accept(submission(credits=30))
    found = tenants.get("ann")
    assert (found.credits, found.held, found.prepaid) == (20, 30, True)
    with pytest.raises(InsufficientCredits, match="20 are left"):
        store.accept(submission(credits=30))
    assert audit_ledger(store.database).is_balanced


def test_a_grant_of_one_name_is_made_once(tenants: TenantStore) -> None:
    tenants.create("ann")
    assert [tenants.grant("ann", 50, "invoice-7")[0].credits for _ in range(3)] == [50, 50, 50]
    assert tenants.grant("ann", -20, "correction")[0].credits == 30


@pytest.mark.parametrize("act", ["get", "grant", "limit"])
def test_an_unknown_tenant_is_no_tenant(tenants: TenantStore, act: str) -> None:
    acts = {
        "get": lambda: tenants.get("nobody"),
        "grant": lambda: tenants.grant("nobody", 5, "x"),
        "limit": lambda: tenants.set_quotas("nobody", Quotas(rpm=1)),
    }
    with pytest.raises(UnknownAccount, match="no tenant 'nobody'"):
        acts[act]()
    assert tenants.list() == ()


def test_limits_that_are_not_named_stay(tenants: TenantStore, keys: ApiKeyStore) -> None:
    tenants.create("ann", quotas=Quotas(rpm=5, queued=9))
    assert tenants.set_quotas("ann", Quotas(rpm=0)).quotas == Quotas(rpm=0, queued=9)
    key, plaintext = keys.create("ann", quotas=Quotas(daily_credits=100))
    keys.set_quotas(key.id, Quotas(running=2))
    assert keys.set_quotas(key.id, Quotas()).quotas == Quotas(running=2, daily_credits=100)
    assert keys.find(plaintext).quotas == Quotas(running=2, daily_credits=100)
    with pytest.raises(UnknownAccount):
        keys.set_quotas("key_unknown", Quotas(rpm=1))


def test_a_key_has_the_scopes_it_was_made_with(keys: ApiKeyStore) -> None:
    for scopes in (DEFAULT_SCOPES, frozenset({Scope.ADMIN}), frozenset(Scope)):
        key, plaintext = keys.create("ann", scopes=scopes)
        assert keys.find(plaintext).scopes == key.scopes == scopes
