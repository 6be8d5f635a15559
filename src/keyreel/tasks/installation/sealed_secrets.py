"""The installation's secrets in its database, sealed: nodes that share it need no folder in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select, update

from keyreel.tasks.database.portable_sql import insert_if_absent
from keyreel.tasks.installation.tables import SEALED_SECRETS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from keyreel.clock import Clock
    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.installation.sealing import Seal


class SealedSecretEntry(NamedTuple):
    """What may be told of a sealed secret."""

    name: str
    created: datetime
    is_newest: bool
    """Whether it is sealed with the newest of the shared secrets."""


class SealedSecrets:
    """A store of secrets (`storage.secret_files.SecretStore`) in one database, under one seal.

    Raises:
        InvalidSetting: something is sealed in the database that the seal does not open.
    """

    def __init__(self, database: Database, clock: Clock, seal: Seal) -> None:
        self._database = database
        self._clock = clock
        self._seal = seal
        # All of them: whoever has the wrong secret is told before anything is made with it.
        for name, sealed in self._load_all():
            seal.open(name, sealed)

    def read(self, name: str) -> bytes | None:
        """Return a secret; None if there is none of this name.

        Raises:
            InvalidSetting: another node has sealed it with another secret.
        """
        query = select(SEALED_SECRETS.c.sealed).where(SEALED_SECRETS.c.name == name)
        with self._database.read() as connection:
            sealed = connection.execute(query).scalar()
        return None if sealed is None else self._seal.open(name, sealed)

    def ensure(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return a secret, which is made now if there is none; of several nodes that make it, one wins.

        Raises:
            InvalidSetting: another node has sealed it with another secret.
        """
        found = self.read(name)
        return self.replace(name, None, make()) if found is None else found

    def replace(self, name: str, old: bytes | None, new: bytes) -> bytes:
        """Put a new secret in the old one's place, unless another node was faster; return what is there.

        Raises:
            InvalidSetting: another node has sealed it with another secret.
        """
        sealed = self._seal.close(name, new)
        row = {"name": name, "sealed": sealed, "created": self._clock.now()}
        mine = SEALED_SECRETS.c.name == name
        with self._database.write() as connection:
            before = connection.execute(select(SEALED_SECRETS.c.sealed).where(mine)).scalar()
            if before is None:
                connection.execute(insert_if_absent(SEALED_SECRETS).values(row))
            elif self._seal.open(name, before) == old:
                # By the sealed bytes: of two nodes that replace it at once, the second changes no row.
                unchanged = mine & (SEALED_SECRETS.c.sealed == before)
                connection.execute(update(SEALED_SECRETS).where(unchanged).values(row))
            there = connection.execute(select(SEALED_SECRETS.c.sealed).where(mine)).scalar_one()
        return self._seal.open(name, there)

    def locate(self, name: str) -> str:
        """Return the name, and that it is sealed."""
        return f"The sealed secret {name}"

    def list_entries(self) -> tuple[SealedSecretEntry, ...]:
        """List what is sealed, without showing it."""
        query = select(SEALED_SECRETS).order_by(SEALED_SECRETS.c.name)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(
            SealedSecretEntry(row.name, row.created, self._seal.is_newest(row.name, row.sealed))
            for row in rows
        )

    def reseal(self) -> int:
        """Seal what an older shared secret has sealed with the newest one; return how many there were."""
        older = [
            (name, sealed) for name, sealed in self._load_all() if not self._seal.is_newest(name, sealed)
        ]
        with self._database.write() as connection:
            for name, sealed in older:
                again = self._seal.close(name, self._seal.open(name, sealed))
                unchanged = (SEALED_SECRETS.c.name == name) & (SEALED_SECRETS.c.sealed == sealed)
                connection.execute(update(SEALED_SECRETS).where(unchanged).values(sealed=again))
        return len(older)

    def _load_all(self) -> list[tuple[str, bytes]]:
        with self._database.read() as connection:
            rows = connection.execute(select(SEALED_SECRETS.c.name, SEALED_SECRETS.c.sealed)).all()
        return [(name, sealed) for name, sealed in rows]


def has_sealed_secrets(database: Database) -> bool:
    """Say whether any secret is sealed in a database."""
    with database.read() as connection:
        return bool(connection.execute(select(func.count()).select_from(SEALED_SECRETS)).scalar_one())
