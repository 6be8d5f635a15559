from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from keyreel.bench.platform import Effort, measure_platform
from keyreel.bench.servers.peers import PEERS, install_peer
from keyreel.errors import InvalidSetting

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_polls_and_submits_are_measured_on_a_real_server() -> None:
    told: list[str] = []
    found = asyncio.run(measure_platform(None, told.append, Effort(rounds=1, polls=40, submits=8)))
    assert [row.name for row in found.comparisons] == ["poll / bare route", "submit / bare route"]
    for row in found.comparisons:
        assert row.ratio == pytest.approx(row.rate / row.peer_rate)
        # Nothing is faster than the route that does nothing, and nothing so slow that it was something else.
        assert 0.001 < row.ratio < 1.5
    assert 0 < found.latency.submit_p50 <= found.latency.submit_p99
    assert 0 < found.latency.poll_p50 <= found.latency.poll_p99
    assert told == ["Peers are skipped: set --peers to a folder to install them."]


def test_a_peer_that_cannot_be_installed_is_named_with_the_reason(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(InvalidSetting, match=r"bentoml cannot be installed into .*: "):
        install_peer(PEERS[1], blocker)
