"""Secrets in the database are worth nothing without the shared secret, and the same for every node."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from keyreel.errors import InvalidSetting
from keyreel.tasks.database.sqlite import DATABASE_FILE, SqliteDatabase
from keyreel.tasks.installation.sealed_secrets import SealedSecrets, has_sealed_secrets
from keyreel.tasks.installation.sealing import Seal
from keyreel.tasks.installation.tables import SEALED_SECRETS
from keyreel.tasks.store import TaskStore

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.tasks.database.connection import Database
    from keyreel.testing import ManualClock

ONE, OTHER = "s" * 32, "o" * 32


@pytest.fixture
def database(store: TaskStore) -> Database:
    return store.database


def open_as(database: Database, clock: ManualClock, *shared: str) -> SealedSecrets:
    return SealedSecrets(database, clock, Seal(shared))


def load_sealed(database: Database, name: str) -> bytes:
    with database.read() as connection:
        query = select(SEALED_SECRETS.c.sealed).where(SEALED_SECRETS.c.name == name)
        return bytes(connection.execute(query).scalar_one())


def test_a_secret_is_made_once_and_is_not_in_the_database_as_it_is(
    database: Database, clock: ManualClock
) -> None:
    assert not has_sealed_secrets(database)
    assert open_as(database, clock, ONE).ensure("links", lambda: b"attack at dawn") == b"attack at dawn"
    assert open_as(database, clock, ONE).ensure("links", lambda: b"another") == b"attack at dawn"
    assert b"dawn" not in load_sealed(database, "links")
    assert has_sealed_secrets(database)


def test_another_shared_secret_is_told_at_once_and_changes_nothing(
    database: Database, clock: ManualClock
) -> None:
    open_as(database, clock, ONE).ensure("links", lambda: b"first")
    before = load_sealed(database, "links")
    with pytest.raises(InvalidSetting, match=r"KEYREEL_SECRET: cannot decrypt 'links'"):
        open_as(database, clock, OTHER)
    assert load_sealed(database, "links") == before


def test_what_is_sealed_under_one_name_is_not_taken_for_another(
    database: Database, clock: ManualClock
) -> None:
    secrets = open_as(database, clock, ONE)
    secrets.ensure("links", lambda: b"first")
    secrets.ensure("webhooks", lambda: b"second")
    with database.write() as connection:
        moved = update(SEALED_SECRETS).where(SEALED_SECRETS.c.name == "links")
        connection.execute(moved.values(sealed=load_sealed(database, "webhooks")))
    with pytest.raises(InvalidSetting, match="KEYREEL_SECRET"):
        secrets.read("links")


@pytest.mark.parametrize("damaged", [b"", b"\x01short", b"\x02" + 40 * b"x", b"\x01" + 40 * b"x"])
def test_a_damaged_row_is_told_as_what_it_is(database: Database, clock: ManualClock, damaged: bytes) -> None:
    open_as(database, clock, ONE).ensure("links", lambda: b"first")
    with database.write() as connection:
        connection.execute(update(SEALED_SECRETS).values(sealed=damaged))
    with pytest.raises(InvalidSetting, match="KEYREEL_SECRET"):
        open_as(database, clock, ONE)


def test_nodes_that_start_together_agree_on_each_secret(tmp_path: Path, clock: ManualClock) -> None:
    TaskStore.open(tmp_path, clock, SystemRandom()).close()
    with (
        closing(SqliteDatabase(tmp_path / DATABASE_FILE)) as one,
        closing(SqliteDatabase(tmp_path / DATABASE_FILE)) as two,
        ThreadPoolExecutor() as pool,
    ):
        nodes = [open_as(one, clock, ONE), open_as(two, clock, ONE)]
        for round_number in range(20):
            name = f"secret {round_number}"
            made = [pool.submit(node.ensure, name, partial(os.urandom, 32)) for node in nodes]
            assert len({each.result() for each in made}) == 1


def test_of_two_nodes_that_renew_a_secret_the_first_wins(database: Database, clock: ManualClock) -> None:
    one, two = open_as(database, clock, ONE), open_as(database, clock, ONE)
    old = one.ensure("signer", lambda: b"old")
    assert one.replace("signer", old, b"new") == b"new"
    assert two.replace("signer", old, b"newer") == b"new"


def test_after_a_change_of_the_shared_secret_all_is_sealed_again(
    database: Database, clock: ManualClock
) -> None:
    open_as(database, clock, ONE).ensure("links", lambda: b"first")
    both = open_as(database, clock, OTHER, ONE)
    assert both.read("links") == b"first"
    assert [entry.is_newest for entry in both.list_entries()] == [False]
    assert (both.reseal(), both.reseal()) == (1, 0)
    assert [entry.is_newest for entry in both.list_entries()] == [True]
    assert open_as(database, clock, OTHER).read("links") == b"first"
    with pytest.raises(InvalidSetting):
        open_as(database, clock, ONE)
