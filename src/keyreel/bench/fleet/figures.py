"""All that is measured of many nodes, and the fleet that follows from it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel.bench.fleet.nodes import FleetEffort, NodeRates, measure_nodes
from keyreel.bench.fleet.queue import QueueFigures, measure_queue
from keyreel.tasks.database.postgres.scratch_database import open_scratch_database

if TYPE_CHECKING:
    from collections.abc import Sequence

QUEUES: Final = (100, 20_000, 100_000)
"""Tasks in the queues that are measured."""
TENANTS: Final = 200
_RENDER_SECONDS: Final = 10.0
"""Of the fleet that is computed: what a short video takes on a GPU."""
_LOAD: Final = 0.5
"""How much of the time in which tasks can be claimed that fleet uses: with more, workers wait for another."""


@dataclass(frozen=True, slots=True)
class FleetFigures:
    """What was measured; the queues in the order of their lengths."""

    rates: NodeRates
    queues: tuple[QueueFigures, ...]

    @property
    def slots(self) -> int:
        """How many slots the one database keeps busy: computed, not measured.

        Claims are made one at a time, so a second has room for 1000 / claim milliseconds of them. Half of
        that is used, each for a render of ten seconds, at the longest queue that was measured.
        """
        claims_a_second = self.queues[-1].tasks_a_minute / 60
        return int(claims_a_second * _LOAD * _RENDER_SECONDS)


async def measure_fleet(
    server: str,
    servers: int,
    workers: int,
    *,
    queues: Sequence[int] = QUEUES,
    effort: FleetEffort | None = None,
) -> FleetFigures:
    """Measure nodes, then queues, each on a database of its own on this Postgres server.

    Raises:
        InvalidSetting: no database can be created there.
    """
    with open_scratch_database(server) as url:
        rates = await measure_nodes(url, servers, workers, effort or FleetEffort())
    found = [await asyncio.to_thread(_measure_one_queue, server, queued) for queued in queues]
    return FleetFigures(rates, tuple(found))


def _measure_one_queue(server: str, queued: int) -> QueueFigures:
    with open_scratch_database(server) as url:
        return measure_queue(url, queued, min(TENANTS, queued))
