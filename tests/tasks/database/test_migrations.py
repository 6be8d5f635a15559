from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import keyreel
from keyreel.tasks.database.tables import METADATA
from keyreel.tasks.installation import tables as installation_tables

if TYPE_CHECKING:
    from keyreel.tasks.store import TaskStore


def test_migrations_end_at_the_tables_the_code_uses(store: TaskStore) -> None:
    assert installation_tables.WORKERS.metadata is METADATA
    with store.database.write() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_opening_a_folder_prints_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib, random\n"
        "from keyreel.tasks.store import TaskStore\n"
        "from keyreel.clock import SystemClock\n"
        "TaskStore.open(pathlib.Path(sys.argv[1]), SystemClock(), random.SystemRandom()).close()\n"
    )
    strange = tmp_path / "50% of data"
    done = subprocess.run(
        [sys.executable, "-c", program, str(strange)], capture_output=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert (strange / "keyreel.db").exists()


def test_every_migration_ships_inside_the_package() -> None:
    folder = Path(keyreel.__file__).parent / "tasks" / "database" / "migrations"
    assert (folder / "env.py").exists()
    assert list((folder / "versions").glob("v0001_*.py"))
