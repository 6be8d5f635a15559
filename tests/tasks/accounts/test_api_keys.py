from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import InvalidKey, UnknownAccount
from keyreel.tasks.accounts.api_keys import ApiKeyStore
from support.databases import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.tasks.store import TaskStore
    from keyreel.testing import ManualClock


@pytest.fixture
def keys(store: TaskStore, clock: ManualClock) -> ApiKeyStore:
    return ApiKeyStore(store.database, clock, SystemRandom())


def test_finds_the_tenant_of_a_key(keys: ApiKeyStore, clock: ManualClock) -> None:
    record, key = keys.create("ann", "laptop")
    assert keys.find(key) == record
    assert (record.tenant, record.name, record.created) == ("ann", "laptop", clock.now())
    assert key.startswith("kr_")
    assert len(key) == 46


@pytest.mark.parametrize("wrong", ["", "kr_", "kr_" + "A" * 43, "\udcff", "'; DROP TABLE api_keys"])
def test_refuses_an_unknown_key(keys: ApiKeyStore, wrong: str) -> None:
    keys.create("ann")
    with pytest.raises(InvalidKey):
        keys.find(wrong)


def test_refuses_a_revoked_key_at_once(keys: ApiKeyStore, clock: ManualClock) -> None:
    record, key = keys.create("ann")
    clock.advance(5)
    revoked = keys.revoke(record.id)
    assert revoked.revoked == clock.now()
    with pytest.raises(InvalidKey):
        keys.find(key)


def test_revoking_twice_keeps_the_first_time(keys: ApiKeyStore, clock: ManualClock) -> None:
    record, _ = keys.create("ann")
    first = keys.revoke(record.id)
    clock.advance(5)
    assert keys.revoke(record.id) == first


def test_revoking_an_unknown_key_is_refused(keys: ApiKeyStore) -> None:
    with pytest.raises(UnknownAccount, match=r"key_nobody"):
        keys.revoke("key_nobody")


def test_lists_keys_oldest_first_without_secrets(keys: ApiKeyStore, clock: ManualClock) -> None:
    first, plaintext = keys.create("ann")
    clock.advance(1)
    second, _ = keys.create("bob")
    assert keys.list() == (first, second)
    assert keys.list("bob") == (second,)
    assert plaintext not in repr(keys.list())


def test_writes_no_key_into_the_data_folder(tmp_path: Path, clock: ManualClock) -> None:
    store = open_store(tmp_path, clock)
    _, plaintext = ApiKeyStore(store.database, clock, SystemRandom()).create("ann")
    store.close()
    assert all(plaintext.encode() not in file.read_bytes() for file in tmp_path.iterdir())
