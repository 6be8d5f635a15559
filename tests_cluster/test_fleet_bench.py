"""The measurement of many nodes on one Postgres: what it finds, and what no figure of it may pass."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from keyreel.bench.fleet.figures import FleetFigures, measure_fleet
from keyreel.bench.fleet.nodes import FleetEffort
from support.commands import keyreel
from support.postgres import get_cluster


@pytest.mark.slow
def test_measures_nodes_and_queues_on_databases_that_are_gone_afterwards() -> None:
    server = get_cluster().get_url("postgres")
    effort = FleetEffort(wakes=2, submits=20, polls=40, seconds=3)
    found = asyncio.run(measure_fleet(server, 2, 1, queues=(600,), effort=effort))
    rates, (queue,) = found.rates, found.queues
    assert rates.wake_milliseconds > 0
    assert rates.submits_a_second > 0
    assert rates.polls_a_second > 0
    assert rates.tasks_a_minute > 0
    check_statements(found)
    # Every tenant is served as often as every other.
    assert queue.slowest_share == 1
    assert queue.claim_over_select > 1
    assert found.slots > 0
    with psycopg.connect(server) as operator:
        left = operator.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'keyreel_bench%'")
        assert left.fetchone() == (0,)


def check_statements(found: FleetFigures) -> None:
    """Check what each call costs a network: each statement is a round trip."""
    (queue,) = found.queues
    calls = {"submit": queue.submit, "poll": queue.poll, "claim": queue.claim, "settle": queue.settle}
    most = {"submit": 6, "poll": 2, "claim": 11, "settle": 7}
    assert {name: cost.statements for name, cost in calls.items() if cost.statements > most[name]} == {}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--database: must be the URL of a Postgres server"),
        (("--database", "postgresql://ann:hunter2@127.0.0.1:9/x"), "database: connection"),
    ],
)
def test_needs_a_postgres_that_answers(words: tuple[str, ...], said: str) -> None:
    ran = keyreel("bench", "platform", "--nodes", "2", *words)
    assert ran.returncode == 2
    assert said in ran.stderr
    assert "hunter2" not in ran.stderr
