"""Nodes that are killed at random while clients order: nothing is lost, and nothing is done twice."""

from __future__ import annotations

from random import Random, SystemRandom
from typing import TYPE_CHECKING

import pytest

from fleet import Clients, Fleet
from invariants import check_invariants
from ray_nodes import RayNodes
from support.receivers import OK, Reply
from support.servers import wait_until

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_when_nodes_are_killed(fleet: Fleet, tmp_path: Path) -> None:
    kill_nodes(fleet, tmp_path, rounds=12, orders=72)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_callback_whose_sender_is_killed_is_sent_by_another_worker(fleet: Fleet, tmp_path: Path) -> None:
    fleet.receiver.answering = lambda number: OK if number else Reply(hang=True)
    fleet.start(servers=1, workers=1)
    clients = Clients(fleet, Random(5))  # noqa: S311 - there is one server
    clients.order(1)
    wait_until(lambda: fleet.receiver.got)
    fleet.workers["worker-0"].kill()
    fleet.start_node("worker-1")
    check_invariants(fleet, clients, tmp_path)
    first, second = fleet.receiver.got
    assert first.id == second.id


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_nothing_is_lost_or_doubled_in_a_hundred_rounds(fleet: Fleet, tmp_path: Path) -> None:
    kill_nodes(fleet, tmp_path, rounds=100, orders=600)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_nothing_is_lost_or_doubled_where_two_ray_nodes_render(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "a-token-of-these-tests")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    with RayNodes.start() as nodes:
        for _ in range(2):
            nodes.add_studio()
        fleet.keeps_folders = True
        fleet.settings["KEYREEL_RAY"] = nodes.address
        kill_nodes(fleet, tmp_path, rounds=100, orders=200)
        assert nodes.list_hosts()
        fleet.kill_all()


def kill_nodes(fleet: Fleet, scratch: Path, *, rounds: int, orders: int) -> None:
    seed = SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 - it repeats the order of the kills
    random = Random(seed)  # noqa: S311 - which node, and when
    fleet.start(servers=3, workers=4)
    clients = Clients(fleet, random)
    with clients.ordering(most=orders):
        for _ in range(rounds):
            name = random.choice(sorted(fleet.nodes))
            clients.wait_for_orders(random.randint(1, 4))
            fleet.nodes[name].kill()
            fleet.start_node(name)
    check_invariants(fleet, clients, scratch)
