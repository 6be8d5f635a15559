"""A newer version changes the tables while the nodes of this one work: they go on, and so do clients."""

from __future__ import annotations

import threading
from random import Random
from typing import TYPE_CHECKING

import psycopg
import pytest

from fleet import Clients, Fleet
from invariants import check_invariants

if TYPE_CHECKING:
    from pathlib import Path

CHANGES = (
    "ALTER TABLE tasks ADD COLUMN later text NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN still_later bigint",
    "CREATE INDEX tasks_later ON tasks (later, id)",
    "ALTER TABLE deliveries ADD COLUMN later text",
)
"""As a migration may: it only adds."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_tables_that_a_newer_version_extends_under_load_hold_nodes_up_and_stop_none(
    fleet: Fleet, tmp_path: Path
) -> None:
    fleet.start(servers=2, workers=1)
    clients = Clients(fleet, Random(4))  # noqa: S311 - whom clients ask
    with clients.ordering(most=15):
        for change in CHANGES:
            clients.wait_for_orders(2)
            with psycopg.connect(fleet.database_url) as newer:
                newer.execute(change)  # type: ignore[arg-type] # a table of constants
                # As long as the rest of a migration takes, for which it keeps what it has changed.
                threading.Event().wait(1.5)
    check_invariants(fleet, clients, tmp_path)
