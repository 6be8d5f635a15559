"""What the first start makes in a data folder, made once for a whole run of tests: most take less time."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory

from keyreel.provenance.signing_certificates import open_credentials
from keyreel.storage.secret_files import SecretFiles
from keyreel.tasks.database.sqlite import DATABASE_FILE
from keyreel.tasks.store import TaskStore
from keyreel.testing import ManualClock


def put_database(folder: Path) -> None:
    """Put a database without a task into a folder: a copy of the one that the migrations have made."""
    (folder / DATABASE_FILE).write_bytes(_make_database())


def prepare_data_folder(folder: Path) -> None:
    """Put a database and certificates into a folder, in which a server then starts sooner."""
    put_database(folder)
    (folder / "c2pa").mkdir()
    for name, content in _make_certificates().items():
        (folder / "c2pa" / name).write_bytes(content)


@cache
def _make_database() -> bytes:
    with TemporaryDirectory() as folder:
        TaskStore.open(Path(folder), ManualClock(), SystemRandom()).close()
        return (Path(folder) / DATABASE_FILE).read_bytes()


@cache
def _make_certificates() -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        open_credentials(SecretFiles(Path(folder)), now=datetime.now(UTC))
        return {each.name: each.read_bytes() for each in (Path(folder) / "c2pa").iterdir()}
