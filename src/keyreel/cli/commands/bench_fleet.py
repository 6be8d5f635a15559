"""`keyreel bench platform --nodes`: what many nodes on one Postgres do, as a table and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

    from keyreel.bench.fleet.figures import FleetFigures


def report_fleet(database: str, servers: int, workers: int, output: Path | None) -> None:
    """Measure a fleet, and print what was found.

    Raises:
        InvalidSetting: there is no Postgres at that URL, or it creates no databases.
    """
    import asyncio

    from rich.console import Console

    from keyreel.bench.fleet.figures import measure_fleet
    from keyreel.errors import InvalidSetting

    if not database:
        raise InvalidSetting("--database: must be the URL of a Postgres server to measure --nodes.")
    console = Console()
    with console.status("measuring: this takes several minutes"):
        found = asyncio.run(measure_fleet(database, servers, workers))
    rates = found.rates
    console.print(
        f"{rates.servers} servers: {rates.submits_a_second:.0f} submits a second, then "
        f"{rates.polls_a_second:.0f} polls a second; {rates.workers} workers, whose engine takes a second: "
        f"{rates.tasks_a_minute:.0f} tasks a minute; a task for idle workers begins after "
        f"{rates.wake_milliseconds:.0f} ms\n"
    )
    console.print(_build_queue_table(found))
    shortest, longest = found.queues[0], found.queues[-1]
    console.print(
        f"\nwith {longest.queued:,} queued over the same with {shortest.queued:,}: a submit takes "
        f"{longest.submit.milliseconds / shortest.submit.milliseconds:.2f} times as long, a poll "
        f"{longest.poll.milliseconds / shortest.poll.milliseconds:.2f} times"
    )
    console.print(
        f"\none claim is made at a time: with half of that time used, and renders of 10 s, this database "
        f"keeps {found.slots} slots busy (computed)"
    )
    if output:
        output.write_text(json.dumps(asdict(found) | {"slots": found.slots}, indent=2))


def _build_queue_table(found: FleetFigures) -> Table:
    from rich.table import Table

    calls = ("submit", "poll", "claim", "settle")
    table = Table(
        "queued",
        *calls,
        "claim p99",
        "/ SELECT 1",
        "fairness",
        box=None,
        title="milliseconds, and statements of the database",
    )
    for queue in found.queues:
        costs = (queue.submit, queue.poll, queue.claim, queue.settle)
        table.add_row(
            f"{queue.queued:,}",
            *(f"{cost.milliseconds:.1f}, {cost.statements:.0f}" for cost in costs),
            f"{queue.claim.p99:.1f}",
            f"{queue.claim_over_select:.0f}",
            f"{queue.slowest_share:.2f}",
        )
    return table
