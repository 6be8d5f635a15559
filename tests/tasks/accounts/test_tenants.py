"""Tenants, their credits, and the keys that make them known."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import InsufficientCredits, InvalidKey, InvalidRequest
from keyreel.tasks.accounts.api_keys import USUAL, Keys, Scope
from keyreel.tasks.accounts.ledger_audit import verify
from keyreel.tasks.accounts.quotas import Limits
from keyreel.tasks.accounts.tenants import Tenants

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.task import Submission
    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock

    Make = Callable[..., Submission]


@pytest.fixture
def tenants(store: TaskStore, clock: ManualClock) -> Tenants:
    return Tenants(store.database, clock)


@pytest.fixture
def keys(store: TaskStore, clock: ManualClock) -> Keys:
    return Keys(store.database, clock, SystemRandom())


def test_a_tenant_is_made_once(tenants: Tenants) -> None:
    made = tenants.create("ann", "pays on Fridays", Limits(running=3))
    assert tenants.get("ann") == made
    assert (made.notes, made.limits, made.credits, made.prepaid) == (
        "pays on Fridays",
        Limits(running=3),
        0,
        False,
    )
    with pytest.raises(InvalidRequest, match="already"):
        tenants.create("ann")


def test_whoever_gets_a_key_is_a_tenant(tenants: Tenants, keys: Keys) -> None:
    keys.create("bob")
    keys.create("bob")
    tenants.create("ann")
    assert [each.name for each in tenants.list()] == ["ann", "bob"]


def test_a_granted_tenant_pays_in_advance(tenants: Tenants, store: TaskStore, submission: Make) -> None:
    tenants.create("ann")
    assert tenants.grant("ann", 50, "first").credits == 50
    store.accept(submission(credits=30))
    found = tenants.get("ann")
    assert (found.credits, found.held, found.prepaid) == (20, 30, True)
    with pytest.raises(InsufficientCredits, match="20 are left"):
        store.accept(submission(credits=30))
    assert verify(store.database).ok


def test_a_grant_of_one_name_is_made_once(tenants: Tenants) -> None:
    tenants.create("ann")
    assert [tenants.grant("ann", 50, "invoice-7").credits for _ in range(3)] == [50, 50, 50]
    assert tenants.grant("ann", -20, "correction").credits == 30


@pytest.mark.parametrize("act", ["get", "grant", "limit"])
def test_an_unknown_tenant_is_no_tenant(tenants: Tenants, act: str) -> None:
    acts = {
        "get": lambda: tenants.get("nobody"),
        "grant": lambda: tenants.grant("nobody", 5, "x"),
        "limit": lambda: tenants.limit("nobody", Limits(rpm=1)),
    }
    with pytest.raises(InvalidRequest, match="no tenant 'nobody'"):
        acts[act]()
    assert tenants.list() == ()


def test_limits_that_are_not_named_stay(tenants: Tenants, keys: Keys) -> None:
    tenants.create("ann", limits=Limits(rpm=5, queued=9))
    assert tenants.limit("ann", Limits(rpm=0)).limits == Limits(rpm=0, queued=9)
    key, plaintext = keys.create("ann", limits=Limits(daily_credits=100))
    keys.limit(key.id, Limits(running=2))
    assert keys.limit(key.id, Limits()).limits == Limits(running=2, daily_credits=100)
    assert keys.find(plaintext).limits == Limits(running=2, daily_credits=100)
    with pytest.raises(InvalidKey):
        keys.limit("key_unknown", Limits(rpm=1))


def test_a_key_has_the_scopes_it_was_made_with(keys: Keys) -> None:
    for scopes in (USUAL, frozenset({Scope.ADMIN}), frozenset(Scope)):
        key, plaintext = keys.create("ann", scopes=scopes)
        assert keys.find(plaintext).scopes == key.scopes == scopes
