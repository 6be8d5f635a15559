"""Nodes on machines whose clocks differ by minutes: all go by the database's, so nothing is early or late."""

from __future__ import annotations

from pathlib import Path
from random import Random

import httpx
import libfaketime
import pytest

from fleet import Clients, Fleet
from invariants import check_invariants

LIBRARY = Path(libfaketime.__file__).parent / "vendor/libfaketime/src/libfaketime.so.1"
CLOCKS = {"server-0": "+8m", "server-1": "-8m", "worker-0": "-8m", "worker-1": "+8m"}
"""Sixteen minutes apart: leases are of half a minute. The object store allows ten on either side."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_leases_and_links_hold_between_nodes_whose_clocks_differ(fleet: Fleet, tmp_path: Path) -> None:
    fleet.settings["KEYREEL_RPM"] = "600"
    for name, offset in CLOCKS.items():
        fleet.node_settings[name] = {"LD_PRELOAD": str(LIBRARY), "FAKETIME": offset}
    fleet.start(servers=2, workers=2)
    shown = [
        httpx.get(f"{server.url}/health/live", trust_env=False).headers["Date"]
        for server in fleet.servers.values()
    ]
    assert shown[0] != shown[1], "the clocks are the same"
    clients = Clients(fleet, Random(6))  # noqa: S311 - whom clients ask
    with clients.ordering(most=16):
        clients.wait_for_orders(6)
        # Its tasks are another's once their leases have ended, and no sooner because that one is ahead.
        fleet.workers["worker-0"].kill()
        clients.wait_for_orders(6)
        fleet.start_node("worker-0")
    check_invariants(fleet, clients, tmp_path)
    first, second = fleet.servers.values()
    result = first.poll(clients.acknowledged[0])
    link = result["videos"][0]["video_url"].replace(first.url, second.url)
    assert httpx.get(link, trust_env=False, timeout=30).status_code == 200
