"""Which workers run for an installation: each announces itself, and is forgotten when it falls silent."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from keyreel.tasks.database.portable_sql import epoch, insert_if_absent
from keyreel.tasks.installation.tables import WORKERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from keyreel.tasks.database.connection import Database

ANNOUNCEMENT_SECONDS: Final = 15.0
"""Between two announcements of a worker."""
_LIFE_SECONDS: Final = 3 * ANNOUNCEMENT_SECONDS
"""How long an announcement counts: two may be late before a worker is taken for dead."""
_LIVE: Final = WORKERS.c.seen > epoch() - _LIFE_SECONDS


@dataclass(frozen=True, slots=True)
class WorkerEngine:
    """An engine of a worker: its slots there, and what is wrong with it there, empty where nothing is."""

    slots: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AnnouncedWorker:
    """A worker as it tells of itself; `id` is its own alone, `node` the name of its process."""

    id: str
    node: str
    version: str
    started: datetime
    engines: Mapping[str, WorkerEngine]


class WorkerRegistry:
    """The workers that announce themselves in one database, by its own clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def announce(self, worker: AnnouncedWorker) -> None:
        """Say that a worker runs, and how its engines are; forget those that have fallen silent."""
        engines = {name: asdict(engine) for name, engine in worker.engines.items()}
        values = {
            "node": worker.node,
            "version": worker.version,
            "engines": json.dumps(engines, ensure_ascii=False),
            "started": worker.started,
            "seen": epoch(),
        }
        with self._database.write() as connection:
            connection.execute(delete(WORKERS).where(~_LIVE))
            known = connection.execute(update(WORKERS).where(WORKERS.c.id == worker.id).values(values))
            if not known.rowcount:
                connection.execute(insert_if_absent(WORKERS).values(id=worker.id, **values))

    def withdraw(self, worker_id: str) -> None:
        """Say that a worker has ended."""
        with self._database.write() as connection:
            connection.execute(delete(WORKERS).where(WORKERS.c.id == worker_id))

    def list_live(self) -> tuple[AnnouncedWorker, ...]:
        """List the workers that run, by their nodes' names."""
        with self._database.read() as connection:
            rows = connection.execute(select(WORKERS).where(_LIVE).order_by(WORKERS.c.node, WORKERS.c.id))
            return tuple(map(_read_worker, rows))


def forget_workers(connection: Connection) -> None:
    """Forget all workers: for the one process that can have the database, before it works."""
    connection.execute(delete(WORKERS))


def count_slots_by_engine(connection: Connection) -> Counter[str]:
    """Count the slots of each engine in all workers that run."""
    counts = Counter[str]()
    for engines in connection.execute(select(WORKERS.c.engines).where(_LIVE)).scalars():
        counts.update({name: engine["slots"] for name, engine in json.loads(engines).items()})
    return counts


def _read_worker(row: Row[tuple[object, ...]]) -> AnnouncedWorker:
    # By name: a worker of the next version may tell more.
    engines = {
        name: WorkerEngine(engine["slots"], engine["problem"])
        for name, engine in json.loads(row.engines).items()
    }
    return AnnouncedWorker(row.id, row.node, row.version, row.started, engines)
