"""`keyreel doctor`: what works on this machine, checked by doing it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from keyreel.cli.options import DataOption, JsonOption  # noqa: TC001 - typer reads annotations

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.settings import Settings

_GIGABYTE: Final = 1_000_000_000
_ENOUGH_BYTES: Final = 2 * _GIGABYTE
"""Of memory, and of free disk space."""


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """What one check found; the fields are those of the command's JSON."""

    name: str
    ok: bool
    detail: str


def _make_passed(name: str, detail: str) -> DoctorCheck:
    return DoctorCheck(name, ok=True, detail=detail)


def _make_failed(name: str, detail: str) -> DoctorCheck:
    return DoctorCheck(name, ok=False, detail=detail)


def check_machine(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Check this machine and say what works here."""
    from keyreel.settings import read_settings

    settings = read_settings(data=data)
    checks = [check(settings) for check in _CHECKS]
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        _print_checks(checks)
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


def _print_checks(checks: list[DoctorCheck]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    for check in checks:
        table.add_row("[green]✓[/]" if check.ok else "[red]✗[/]", check.name, check.detail)
    console = Console()
    console.print(table)
    console.print(
        "The motion engine sets the given pixels in motion, and draws places, weather and light from words; "
        "it invents no other content and no articulated action."
    )


def _check_python(settings: Settings) -> DoctorCheck:
    del settings
    version = ".".join(str(part) for part in sys.version_info[:3])
    return DoctorCheck("Python", ok=sys.version_info >= (3, 11), detail=version)


def _check_machine(settings: Settings) -> DoctorCheck:
    del settings
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    detail = f"{os.cpu_count()} cores, {memory / _GIGABYTE:.0f} GB of memory"
    return DoctorCheck("machine", ok=memory >= _ENOUGH_BYTES, detail=detail)


def _check_data_folder(settings: Settings) -> DoctorCheck:
    existing = settings.data
    while not existing.exists():
        existing = existing.parent
    free = shutil.disk_usage(existing).free
    writable = os.access(existing, os.W_OK)
    detail = f"{settings.data}: {free / _GIGABYTE:.0f} GB free" + ("" if writable else ", not writable")
    return DoctorCheck("data folder", ok=writable and free >= _ENOUGH_BYTES, detail=detail)


def _check_server(settings: Settings) -> DoctorCheck:
    from keyreel.cli.local.data_folder import DataFolder
    from keyreel.errors import DataFolderLocked
    from keyreel.tasks.database.folder_lock import FolderLock

    stopped = "not running: start it with `keyreel up`"
    if not settings.data.is_dir():
        return _make_passed("server", stopped)
    try:
        FolderLock(settings.data).release()
    except DataFolderLocked:
        pass
    else:
        return _make_passed("server", stopped)
    return _make_passed("server", f"runs at {DataFolder(settings.data).read_server_url()}")


def _check_files(settings: Settings) -> DoctorCheck:
    from contextlib import closing

    from keyreel.errors import KeyreelError
    from keyreel.tasks.database.connection import DATABASE_FILE, Database
    from keyreel.tasks.retention import Retention

    name, missing = "stored files", 0
    if not (settings.data / DATABASE_FILE).is_file():
        return _make_passed(name, "none yet")
    try:
        with closing(Database.open_read_only(settings.data / DATABASE_FILE)) as database:
            for _, keys in Retention(database).iterate_with_files():
                missing += sum(not (settings.data / "files" / key).is_file() for key in keys)
    except KeyreelError as error:
        return _make_failed(name, error.message)
    if missing:
        return _make_failed(name, f"{missing} files of tasks are missing: GET /v1/admin/storage lists them")
    return _make_passed(name, "every task has its own")


def _check_audit_log(settings: Settings) -> DoctorCheck:
    from contextlib import closing

    from keyreel.errors import KeyreelError
    from keyreel.tasks.audit.reading import check_chain
    from keyreel.tasks.database.connection import DATABASE_FILE, Database

    name = "audit log"
    if not (settings.data / DATABASE_FILE).is_file():
        return _make_passed(name, "none yet")
    try:
        with closing(Database.open_read_only(settings.data / DATABASE_FILE)) as database:
            found = check_chain(database)
    except KeyreelError as error:
        return _make_failed(name, error.message)
    if not found.is_whole:
        return _make_failed(name, found.problems[0])
    return _make_passed(name, f"whole: {found.entries} entries, the newest is {found.head[:12] or 'none'}")


def _check_engines(settings: Settings) -> DoctorCheck:
    from keyreel.engines.router import load_router
    from keyreel.errors import KeyreelError
    from keyreel.wire.endpoints.catalogue import ENDPOINTS

    try:
        router = load_router(settings.engines)
    except KeyreelError as error:
        return _make_failed("engines", error.message)
    missing = [endpoint.name() for endpoint in ENDPOINTS if not router.is_supported(endpoint)]
    detail = f"{', '.join(engine.name for engine in router.engines)}: "
    detail += f"{len(ENDPOINTS) - len(missing)} of {len(ENDPOINTS)} endpoints of the catalogue"
    if missing:
        detail += f"; no engine here makes {', '.join(missing)} (KEYREEL_ENGINES)"
    return DoctorCheck("engines", ok=len(missing) < len(ENDPOINTS), detail=detail)


def _check_networks(settings: Settings) -> DoctorCheck:
    del settings
    from keyreel.engines.motion.networks.models import load_network

    try:
        for name in ("rife", "u2netp"):
            load_network(name)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        return _make_failed("motion networks", str(error).splitlines()[0])
    return _make_passed("motion networks", "RIFE and U²-Net-p, as shipped")


def _check_encoder(settings: Settings) -> DoctorCheck:
    del settings
    import tempfile

    import numpy as np

    from keyreel.media.probe import probe_video
    from keyreel.media.video_writer import open_video_writer
    from keyreel.order import Size

    size = Size(64, 64)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe.mp4"
        with open_video_writer(path, size) as writer:
            for shade in range(3):
                writer.write(np.full((size.height, size.width, 3), 60 * shade, np.uint8))
        found = probe_video(path)
    return DoctorCheck(
        "video encoder", ok=found.codec == "h264", detail=f"{found.codec} {found.profile}, {found.pix_fmt}"
    )


def _check_egress(settings: Settings) -> DoctorCheck:
    if not settings.egress_allow:
        return _make_passed("image URLs", "public addresses only")
    opened = ", ".join(str(network) for network in settings.egress_allow)
    return _make_passed("image URLs", f"private networks are open to tenants: {opened}")


_CHECKS: Final[tuple[Callable[[Settings], DoctorCheck], ...]] = (
    _check_python,
    _check_machine,
    _check_data_folder,
    _check_server,
    _check_files,
    _check_audit_log,
    _check_engines,
    _check_networks,
    _check_encoder,
    _check_egress,
)
