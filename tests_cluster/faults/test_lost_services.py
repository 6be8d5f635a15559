"""A database and an object store that are away, slow or full: clients wait for them, and nothing is lost."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING

import psycopg
import pytest

from fleet import Clients, Fleet
from invariants import check_invariants
from support.faulty_proxy import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.timeout(600)
OUTAGE_SECONDS = 6.0
"""Longer than a submit waits, and shorter than a lease."""
LONG_OUTAGE_SECONDS = 35.0
"""Longer than a lease, and than all tries of a request to the object store."""


@contextmanager
def for_a_while(seconds: float = OUTAGE_SECONDS) -> Iterator[None]:
    """Let what the block begins last so long."""
    yield
    threading.Event().wait(seconds)


@pytest.mark.slow
def test_a_database_that_is_restarted_cut_off_silent_or_slow_costs_nothing_but_time(
    fleet: Fleet, tmp_path: Path
) -> None:
    fleet.start(servers=2, workers=2)
    clients = Clients(fleet, Random(1))  # noqa: S311 - whom clients ask
    with clients.ordering(most=40):
        clients.wait_for_orders(2)
        fleet.cluster.stop()
        with for_a_while(1):
            fleet.cluster.start()
        clients.wait_for_orders(2)
        for _ in range(3):
            with psycopg.connect(fleet.database_url, autocommit=True) as operator:
                operator.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            clients.wait_for_orders(1)
        told_before = clients.waits
        with for_a_while():
            fleet.database.strike(Fault(hold=True))
        assert clients.waits > told_before, "nobody was told to try again"
        fleet.database.heal()
        clients.wait_for_orders(2)
        with for_a_while():
            fleet.database.strike(Fault(delay_seconds=2))
        fleet.database.heal()
        clients.wait_for_orders(2)
    check_invariants(fleet, clients, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut=True),
        Fault(hold=True),
        Fault(http_status=500),
        Fault(http_status=507),
        Fault(delay_seconds=1),
    ],
    ids=["away", "silent", "failing", "full", "slow"],
)
def test_an_object_store_with_a_fault_costs_nothing_but_time(
    fleet: Fleet, tmp_path: Path, fault: Fault
) -> None:
    fleet.start(servers=1, workers=2)
    clients = Clients(fleet, Random(2))  # noqa: S311 - whom clients ask
    with clients.ordering(most=8):
        clients.wait_for_orders(2)
        with for_a_while(3):
            fleet.files.strike(fault)
        fleet.files.heal()
    check_invariants(fleet, clients, tmp_path)


@pytest.mark.nightly
@pytest.mark.parametrize("fault", [Fault(cut=True), Fault(hold=True)], ids=["away", "silent"])
@pytest.mark.parametrize("part", ["database", "files"])
def test_an_outage_that_outlasts_all_leases_costs_nothing_but_time(
    fleet: Fleet, tmp_path: Path, part: str, fault: Fault
) -> None:
    proxy = fleet.database if part == "database" else fleet.files
    fleet.start(servers=2, workers=2)
    clients = Clients(fleet, Random(7))  # noqa: S311 - whom clients ask
    with clients.ordering(most=40):
        clients.wait_for_orders(4)
        told_before = clients.waits
        with for_a_while(LONG_OUTAGE_SECONDS):
            proxy.strike(fault)
        assert part == "files" or clients.waits > told_before, "nobody was told to try again"
        proxy.heal()
        clients.wait_for_orders(4)
    check_invariants(fleet, clients, tmp_path)
