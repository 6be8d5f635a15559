"""A Postgres server of the tests' own, in a temporary folder: one for a process, which ends with it."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import time
from functools import cache
from pathlib import Path
from random import SystemRandom
from tempfile import mkdtemp
from typing import Final

import psycopg
from psycopg import sql

from keyreel.tasks.database.tables import METADATA
from keyreel.tasks.store import TaskStore
from keyreel.testing import ManualClock

_USER: Final = "postgres"
"""Whom `initdb` runs as where the tests run as root, which it refuses."""
_TEMPLATE: Final = "keyreel_template"
_START_SECONDS: Final = 60.0
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
_PAUSE_SECONDS: Final = 0.05
# Fast, and of no use for anything that must survive a power cut.
_SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "200",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}


class PostgresCluster:
    """A server with databases that have Keyreel's tables; it is reached by a socket in its folder."""

    def __init__(self, *, source: PostgresCluster | None = None, archives: bool = False) -> None:
        """Start a new server, which archives its log if that is asked for; or copy another one while it runs.

        A copy is not started: it has what was there when it was taken, and `recover` brings it further.
        """
        self.folder = Path(mkdtemp(prefix="krpg", dir=_MEMORY if _MEMORY.is_dir() else None))
        self._account = _USER if os.geteuid() == 0 else None
        if self._account:
            shutil.chown(self.folder, self._account)
        self._data = self.folder / "data"
        options = dict(_SETTINGS)
        if archives:
            # A file is there once it is whole.
            place, name = f"{self.folder}/archiving", f"{self.folder}/archive-%f"
            options |= {"archive_mode": "on", "archive_command": f"cp %p {place} && mv {place} {name}"}
        options["unix_socket_directories"] = str(self.folder)
        self._command = [find_programs() / "postgres", "-D", self._data, *_write_options(options)]
        self._server: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._used: list[str] = []
        self._version = ""
        if source is None:
            initialise = [
                find_programs() / "initdb",
                "-D",
                self._data,
                "-U",
                _USER,
                "-A",
                "trust",
                "-E",
                "UTF8",
            ]
            self._run([*initialise, "--locale=C", "--no-sync"])
            self.start()
        else:
            copy = [find_programs() / "pg_basebackup", "-D", self._data, "-d", source.get_url("postgres")]
            self._run([*copy, "--checkpoint=fast", "--no-sync"])

    def recover(self, source: PostgresCluster, moment: str) -> None:
        """Start a copy of a server as that was at a moment, by the log that it has archived."""
        (self._data / "recovery.signal").touch()
        recovery = {
            "restore_command": f"cp {source.folder}/archive-%f %p",
            "recovery_target_time": moment,
            "recovery_target_action": "promote",
        }
        self._command += _write_options(recovery)
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                self._command, user=self._account, stdout=log, stderr=log, cwd=self.folder
            )
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.get_url("postgres")).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._server.poll() is not None:
                    raise
                time.sleep(_PAUSE_SECONDS)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT closes all connections, SIGQUIT is a crash."""
        assert self._server is not None, "a copy that was not started"
        self._server.send_signal(how)
        self._server.wait(_START_SECONDS)

    def remove(self) -> None:
        """End the server, if it runs, and delete its folder."""
        if self._server is not None and self._server.poll() is None:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def get_url(self, name: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://{_USER}@/{name}?host={self.folder}"

    @property
    def socket(self) -> Path:
        """The file of the socket that it listens on."""
        return self.folder / ".s.PGSQL.5432"

    def create_empty(self) -> str:
        """Create a database without tables; return its URL."""
        return self._create("template1")

    def create(self) -> str:
        """Create a database with the tables as the migrations make them; return its URL."""
        self._make_template()
        if not self._used:
            return self._create(_TEMPLATE)
        url = self._used.pop()
        with psycopg.connect(url) as connection:
            # So that the triggers that protect the audit log let its rows go.
            connection.execute("SET session_replication_role = replica")
            for table in reversed(METADATA.sorted_tables):
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))
            connection.execute("INSERT INTO audit_head VALUES (1, 0)")
            connection.execute("SELECT setval('postings_id_seq', 1, false)")
            connection.execute("UPDATE alembic_version SET version_num = %s", (self._version,))
        return url

    def take_back(self, url: str) -> None:
        """Take a database back that nobody uses any more: emptied, it is as good as a new one."""
        self._used.append(url)

    def _create(self, template: str) -> str:
        self._made += 1
        name = f"test_{self._made}_{SystemRandom().randrange(10**9)}"
        with psycopg.connect(self.get_url("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template)))
            )
        return self.get_url(name)

    @cache  # noqa: B019 - one cluster lives as long as the process
    def _make_template(self) -> None:
        with psycopg.connect(self.get_url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
        scratch = Path(mkdtemp(prefix="krpg"))
        TaskStore.open(scratch, ManualClock(), SystemRandom(), database_url=self.get_url(_TEMPLATE)).close()
        shutil.rmtree(scratch)
        with psycopg.connect(self.get_url(_TEMPLATE)) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        assert found is not None
        self._version = found[0]

    def _run(self, command: list[str | Path]) -> None:
        subprocess.run(
            command, user=self._account, check=True, capture_output=True, cwd=self.folder, timeout=120
        )


def _write_options(options: dict[str, str]) -> list[str | Path]:
    return [f"-c{name}={value}" for name, value in options.items()]


@cache
def get_cluster() -> PostgresCluster:
    """Return this process's cluster, started by the first call."""
    cluster = PostgresCluster()
    atexit.register(cluster.remove)
    return cluster


def find_programs() -> Path:
    """Return the folder of `initdb` and `postgres`.

    Raises:
        FileNotFoundError: Postgres is not installed.
    """
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    raise FileNotFoundError("there is no initdb in PATH, nor in /usr/lib/postgresql: install postgresql")
