"""A Postgres server that ends, refuses and comes back: callers are told to wait, and nothing is half done."""

from __future__ import annotations

import asyncio
import signal
from contextlib import closing
from random import SystemRandom
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import make_url, text

from keyreel.clock import SystemClock
from keyreel.errors import InvalidSetting, Unavailable
from keyreel.task import Submission
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.database.connection import Contended
from keyreel.tasks.database.opening import DatabaseLocation
from keyreel.tasks.database.retry import retry_async_while_unavailable
from keyreel.tasks.store import TaskStore
from support.postgres import PostgresCluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUBMISSION = Submission("ann", "key_1", "vtrix", "q2-pro-img2video", "{}", seed=7, seconds=5)


@pytest.fixture(scope="module")
def cluster() -> Iterator[PostgresCluster]:
    made = PostgresCluster()
    yield made
    made.remove()


@pytest.fixture
def url(cluster: PostgresCluster) -> str:
    return cluster.create()


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[TaskStore]:
    with closing(TaskStore.open(tmp_path, SystemClock(), SystemRandom(), database_url=url)) as opened:
        yield opened


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
def test_a_server_that_is_away_is_waited_for(
    store: TaskStore, cluster: PostgresCluster, how: signal.Signals
) -> None:
    before = store.accept(SUBMISSION)
    cluster.stop(how)
    with pytest.raises(Unavailable):
        store.get("ann", before.id)
    with pytest.raises(Unavailable):
        store.accept(SUBMISSION)
    with pytest.raises(Unavailable):
        store.database.probe()

    async def submit_meanwhile() -> None:
        task = store.compose(SUBMISSION)
        waiting = asyncio.ensure_future(
            retry_async_while_unavailable(lambda: store.admit_in_group(task), 60, SystemRandom())
        )
        await asyncio.to_thread(cluster.start)
        assert await waiting is None

    asyncio.run(submit_meanwhile())
    assert store.get("ann", before.id) == before
    assert len(store.list("ann")) == 2
    assert audit_ledger(store.database).problems == ()


def test_connections_that_are_cut_are_made_again(store: TaskStore, url: str) -> None:
    task = store.accept(SUBMISSION)
    with psycopg.connect(url, autocommit=True) as operator:
        operator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert store.get("ann", task.id) == task
    with pytest.raises(Unavailable), store.database.write() as connection:  # noqa: PT012 - one transaction
        (pid,) = connection.execute(text("SELECT pg_backend_pid()")).one()
        connection.execute(text("INSERT INTO tenants (name, notes, created) VALUES ('half', '', 1)"))
        with psycopg.connect(url, autocommit=True) as operator:
            operator.execute("SELECT pg_terminate_backend(%s)", (pid,))
        connection.execute(text("SELECT 1"))
    with store.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM tenants WHERE name = 'half'")).scalar() == 0


def test_a_deadlock_is_told_as_one_so_that_it_is_tried_again(store: TaskStore) -> None:
    with store.database.write() as setup:
        setup.execute(text("INSERT INTO tenants (name, notes, created) VALUES ('a', '', 1), ('b', '', 1)"))
    change = text("UPDATE tenants SET notes = 'x' WHERE name = :name")

    async def cross() -> list[object]:
        met = asyncio.Barrier(2)
        loop = asyncio.get_running_loop()

        def transact(first: str, second: str) -> None:
            with store.database.write() as connection:
                connection.execute(change, {"name": first})
                asyncio.run_coroutine_threadsafe(met.wait(), loop).result(60)
                connection.execute(change, {"name": second})

        both = (asyncio.to_thread(transact, "a", "b"), asyncio.to_thread(transact, "b", "a"))
        return list(await asyncio.gather(*both, return_exceptions=True))

    found = sorted(type(each) for each in asyncio.run(cross()) if each is not None)
    assert found == [Contended]


def test_a_process_frozen_in_a_transaction_loses_it(store: TaskStore, url: str) -> None:
    with psycopg.connect(url) as impatient:
        impatient.execute("SET lock_timeout = '60s'")
        with pytest.raises(Unavailable), store.database.write() as frozen:  # noqa: PT012 - one transaction
            frozen.execute(text("INSERT INTO tenants (name, notes, created) VALUES ('a', '', 1)"))
            # It waits for what the frozen one holds, until the server ends that.
            impatient.execute("INSERT INTO tenants (name, notes, created) VALUES ('a', 'mine', 1)")
            frozen.execute(text("SELECT 1"))
        impatient.commit()
    with store.database.read() as connection:
        assert connection.execute(text("SELECT notes FROM tenants WHERE name = 'a'")).scalar() == "mine"


def test_what_cannot_be_connected_to_is_a_mistake_in_the_settings(tmp_path: Path, url: str) -> None:
    def explain(wrong: str) -> str:
        with pytest.raises(InvalidSetting) as raised:
            DatabaseLocation(tmp_path, wrong).open()
        return raised.value.message

    missing = make_url(url).set(database="nowhere", password="hunter2")
    told = explain(missing.render_as_string(hide_password=False))
    assert "cannot connect to" in told
    assert '"nowhere" does not exist' in told
    assert "hunter2" not in told
    assert "127.0.0.1:9/keyreel" in explain("postgresql://ann:hunter2@127.0.0.1:9/keyreel")
