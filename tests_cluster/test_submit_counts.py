"""Submits of several processes, counted in one Postgres against the rates of keys and tenants."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from random import SystemRandom
from typing import TYPE_CHECKING

import psycopg
import pytest

from keyreel.clock import SystemClock
from keyreel.server.requests.rate_limit import RateLimitStatus, choose_rate
from keyreel.tasks.accounts.quotas import Quotas
from keyreel.tasks.accounts.submit_counts import count_shared_submit
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.store import TaskStore
from support.postgres import get_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyreel.tasks.database.connection import Database

USUAL = Quotas(rpm=9)


@pytest.fixture
def url() -> Iterator[str]:
    made = get_cluster().create()
    yield made
    get_cluster().take_back(made)


@pytest.fixture
def databases(tmp_path: Path, url: str) -> Iterator[list[Database]]:
    """The database as three servers have it; a tenant may submit five times a minute."""
    with ExitStack() as stack:
        found = []
        for number in range(3):
            store = TaskStore.open(tmp_path / str(number), SystemClock(), SystemRandom(), database_url=url)
            stack.callback(store.close)
            found.append(store.database)
        tenants = TenantStore(found[0], SystemClock())
        tenants.create("narrow", quotas=Quotas(rpm=5))
        yield found


def count(database: Database, tenant: str = "wide", key: str = "key_1") -> RateLimitStatus:
    status = choose_rate(count_shared_submit(database, tenant, key, USUAL).rates)
    assert status is not None
    return status


def test_of_a_hundred_submits_at_once_as_many_pass_as_the_tightest_limit_allows(
    databases: list[Database],
) -> None:
    with ThreadPoolExecutor(12) as threads:
        calls = [threads.submit(count, databases[n % 3], "narrow", f"key_{n % 2}") for n in range(100)]
        passed = [call.result().allowed for call in calls]
    assert passed.count(True) == 5
    assert count(databases[0], "narrow", "key_2").owner.owner_kind == "tenant"


def test_a_key_without_a_rate_of_its_own_has_the_usual_one_and_its_quotas_are_read_with_it(
    databases: list[Database],
) -> None:
    with databases[0].count_statements() as statements:
        counted = count_shared_submit(databases[0], "narrow", "key_1", Quotas(rpm=7, running=2))
    # The other one tries the connection, as before every call.
    assert statements == {"WITH": 1, ";": 1}
    key, tenant = counted.quotas
    assert (key.quotas, tenant.quotas.rpm) == (Quotas(rpm=7, running=2), 5)
    assert [(rate.owner, rate.limit, rate.recent) for rate in counted.rates] == [(key, 7, 1), (tenant, 5, 1)]


def test_without_a_limit_nothing_is_counted(databases: list[Database], url: str) -> None:
    counted = count_shared_submit(databases[0], "wide", "key_1", Quotas(rpm=0))
    assert choose_rate(counted.rates) is None
    with psycopg.connect(url) as operator:
        assert operator.execute("SELECT count(*) FROM submit_counts").fetchone() == (0,)


def test_one_too_many_changes_nothing_and_passes_once_the_oldest_are_a_minute_old(
    databases: list[Database], url: str
) -> None:
    first = [count(databases[n % 3]) for n in range(9)]
    assert [status.remaining for status in first] == [8, 7, 6, 5, 4, 3, 2, 1, 0]
    with psycopg.connect(url, autocommit=True) as operator:

        def read_versions() -> list[tuple[object, ...]]:
            return operator.execute("SELECT xmin, xmax, submits FROM submit_counts").fetchall()

        before = read_versions()
        refused = count(databases[1])
        assert (refused.allowed, refused.remaining) == (False, 0)
        assert 55 < refused.reset_seconds <= 61
        # Neither a change nor a lock: a flood costs no more than before it was counted here.
        assert read_versions() == before
        operator.execute("UPDATE submit_counts SET seconds = ARRAY(SELECT s - 61 FROM unnest(seconds) AS s)")
        assert count(databases[2]).remaining == 8
        # A clock that is turned back by hours locks nobody out.
        operator.execute(
            "UPDATE submit_counts SET seconds = ARRAY(SELECT s + 7200 FROM unnest(seconds) AS s)"
        )
        assert count(databases[0]).remaining == 8


def test_a_limit_that_is_changed_counts_at_once(databases: list[Database]) -> None:
    for _ in range(5):
        assert count(databases[0], "narrow").allowed
    assert not count(databases[1], "narrow").allowed
    TenantStore(databases[0], SystemClock()).set_quotas("narrow", Quotas(rpm=6))
    assert count(databases[1], "narrow").allowed
