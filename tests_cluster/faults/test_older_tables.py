"""An installation of an earlier version, which many nodes of this one start on at the same moment."""

from __future__ import annotations

from contextlib import closing
from random import Random
from typing import TYPE_CHECKING

import psycopg
import pytest

from fleet import Clients, Fleet
from invariants import check_invariants
from keyreel.tasks.database.postgres.database import PostgresDatabase
from support.older_tables import copy_rows, migrate_to

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "0014"
"""The last one before several nodes could share a database: of it are most installations that move here."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nodes_that_start_at_once_on_older_tables_keep_what_was_ordered_then(
    fleet: Fleet, tmp_path: Path
) -> None:
    clients = Clients(fleet, Random(8))  # noqa: S311 - whom clients ask
    older = fleet.cluster.create_empty()
    with closing(PostgresDatabase(older)) as database, database.write() as connection:
        migrate_to(connection, VERSION)
    fleet.start_node("server-0")
    clients.order(6)
    fleet.kill_all()
    copy_rows(fleet.database_url, older)
    fleet.use_database(older)
    fleet.start(servers=3, workers=3)
    with psycopg.connect(older) as operator:
        found = operator.execute("SELECT version_num > %s FROM alembic_version", [VERSION]).fetchone()
        assert found == (True,)
    with clients.ordering(most=18):
        clients.wait_for_orders(12)
    check_invariants(fleet, clients, tmp_path)
