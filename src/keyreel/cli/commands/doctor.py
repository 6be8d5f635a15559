"""`keyreel doctor`: what works on this machine, checked by doing it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from keyreel.cli.options import DataOption, JsonOption  # noqa: TC001 - typer reads annotations

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.settings import Settings

NewDatabaseOption = Annotated[
    bool, typer.Option("--new-database", help="First make the database of a folder that has lost its own.")
]
DeleteOrphansOption = Annotated[
    bool, typer.Option("--delete-orphans", help="First delete the stored results that no task owns.")
]
_GIGABYTE: Final = 1_000_000_000
_ENOUGH_BYTES: Final = 2 * _GIGABYTE
"""Of memory, and of free disk space."""
_LOST_ORDER_DAYS: Final = 7
"""For so long lost orders are told."""
_MAX_LOST_ORDERS: Final = 5
"""Of them that are named."""
_PIPE_WIDTH: Final = 1000
"""Columns where the output is no terminal, so that no row is wrapped."""


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """What one check found; the fields are those of the command's JSON."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
    """What to do, where something is wrong."""


def _make_passed(name: str, detail: str) -> DoctorCheck:
    return DoctorCheck(name, ok=True, detail=detail)


def _make_failed(name: str, detail: str, fix: str = "") -> DoctorCheck:
    return DoctorCheck(name, ok=False, detail=detail, fix=fix)


def check_machine(
    data: DataOption = None,
    as_json: JsonOption = False,
    new_database: NewDatabaseOption = False,
    delete_orphans: DeleteOrphansOption = False,
) -> None:
    """Check this machine and say what works here; exit code 1 where something does not."""
    from keyreel.cli.local.stored_files import create_database, delete_all_orphans
    from keyreel.cli.local.task_store import locate_database
    from keyreel.engines.router import load_router
    from keyreel.settings import read_settings

    settings = read_settings(data=data)
    load_router(settings.engine_settings)  # a mistake there is one in the settings, and ends the command
    if new_database:
        create_database(locate_database(settings))
    if delete_orphans:
        delete_all_orphans(settings)
    checks = list_checks(settings, _CHECKS)
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        _print_checks(checks)
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


def list_checks(
    settings: Settings, functions: tuple[Callable[[Settings], DoctorCheck], ...]
) -> list[DoctorCheck]:
    """Run checks; what one cannot even look at is what is wrong."""
    return [_run_check(check, settings) for check in functions]


def _run_check(check: Callable[[Settings], DoctorCheck], settings: Settings) -> DoctorCheck:
    from keyreel.errors import KeyreelError

    name = check.__name__.removeprefix("_check_").replace("_", " ").replace("ray", "Ray")
    try:
        return check(settings)
    except KeyreelError as error:
        return _make_failed(name, error.message)
    except OSError as error:
        return _make_failed(name, f"{error.filename or settings.data}: {error.strerror}")


def _print_checks(checks: list[DoctorCheck]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for check in checks:
        table.add_row("[green]✓[/]" if check.ok else "[red]✗[/]", check.name, Text(check.detail))
        if check.fix:
            table.add_row("", "", Text(f"→ {check.fix}", "bold"))
    console = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH)
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
    if writable and free >= _ENOUGH_BYTES:
        return _make_passed("data folder", detail)
    fix = "free some space, or choose another folder: KEYREEL_DATA, --data"
    return _make_failed("data folder", detail, fix)


def _check_server(settings: Settings) -> DoctorCheck:
    from keyreel.cli.local.data_folder import DataFolder
    from keyreel.tasks.database.folder_lock import is_held

    if not is_held(settings.data):
        return _make_passed("server", "not running: start it with `keyreel up`")
    return _make_passed("server", f"runs at {DataFolder(settings.data).read_server_url()}")


def _check_files(settings: Settings) -> DoctorCheck:
    from keyreel.cli.local.stored_files import describe_problems
    from keyreel.errors import KeyreelError

    name = "stored files"
    try:
        problems = describe_problems(settings)
    except KeyreelError as error:
        return _make_failed(name, error.message)
    if problems:
        return _make_failed(name, "; ".join(problems))
    return _make_passed(name, "every task has its own, and none is left over")


def _check_object_store(settings: Settings) -> DoctorCheck:
    from keyreel.cli.local.storage import open_presigned_links, open_storage
    from keyreel.clock import SystemClock

    name = "object store"
    if not settings.storage:
        return _make_passed(name, "none: files are in the data folder")
    open_presigned_links(settings)
    # A server that starts passes over a store that is away for now; here that is what is wrong.
    open_storage(settings, SystemClock()).probe()
    return _make_passed(name, f"{settings.storage} stores and returns files; links are {settings.links}")


def _check_stored_bytes(settings: Settings) -> DoctorCheck:
    from keyreel.cli.local.stored_files import compare_stored_bytes
    from keyreel.errors import KeyreelError

    name = "stored bytes"
    try:
        detail, problem = compare_stored_bytes(settings)
    except KeyreelError as error:
        return _make_failed(name, error.message)
    return _make_failed(name, f"{detail}; {problem}") if problem else _make_passed(name, detail)


def _check_audit_log(settings: Settings) -> DoctorCheck:
    from contextlib import closing

    from keyreel.cli.local.task_store import locate_database
    from keyreel.errors import KeyreelError
    from keyreel.tasks.audit.reading import check_chain

    name = "audit log"
    if not locate_database(settings).exists():
        return _make_passed(name, "none yet")
    try:
        with closing(locate_database(settings).open_read_only()) as database:
            found = check_chain(database)
    except KeyreelError as error:
        return _make_failed(name, error.message)
    if not found.is_whole:
        return _make_failed(name, found.problems[0])
    return _make_passed(name, f"whole: {found.entries} entries, the newest is {found.head[:12] or 'none'}")


def _check_lost_orders(settings: Settings) -> DoctorCheck:
    from contextlib import closing
    from datetime import timedelta

    from keyreel.cli.local.task_store import locate_database
    from keyreel.clock import SystemClock
    from keyreel.tasks.accounts.engine_costs import list_lost_orders

    name = "orders at hosted services"
    if not locate_database(settings).exists():
        return _make_passed(name, "none yet")
    with closing(locate_database(settings).open_read_only()) as database:
        lost = list_lost_orders(database, SystemClock().now() - timedelta(days=_LOST_ORDER_DAYS))
    if not lost:
        return _make_passed(name, f"none was lost on its way in the last {_LOST_ORDER_DAYS} days")
    told = "; ".join(
        f"task {each.task_id} to {each.engine}: {each.intent}" for each in lost[:_MAX_LOST_ORDERS]
    )
    return _make_failed(
        name,
        f"{len(lost)} may be paid for although their tasks failed: {told}",
        "look for them at the service, by the token in their payload",
    )


def _check_workers(settings: Settings) -> DoctorCheck:
    from contextlib import closing

    from keyreel.cli.local.task_store import locate_database
    from keyreel.tasks.installation.workers import WorkerRegistry

    if not locate_database(settings).exists():
        return _make_passed("workers", "none yet")
    with closing(locate_database(settings).open_read_only()) as database:
        found = WorkerRegistry(database).list_live()
    told = (f"{each.node} ({each.version})" for each in found)
    return _make_passed("workers", ", ".join(told) or "none runs: what is accepted waits")


def _check_engines(settings: Settings) -> DoctorCheck:
    from keyreel.cli.local.running_engines import read_running_problems
    from keyreel.engines.health import check_engine
    from keyreel.engines.router import load_router
    from keyreel.wire.endpoints.catalogue import ENDPOINTS

    router = load_router(settings.engine_settings)
    missing = [endpoint.name() for endpoint in ENDPOINTS if not router.is_supported(endpoint)]
    detail = f"{', '.join(each.name for each in router.engines)}: "
    detail += f"{len(ENDPOINTS) - len(missing)} of {len(ENDPOINTS)} endpoints of the catalogue"
    if missing:
        detail += f"; no engine here makes {', '.join(missing)} (KEYREEL_ENGINES)"
    health = {each.name: check_engine(each.engine) for each in router.engines}
    problems = {name: found.detail for name, found in health.items() if not found.ok}
    problems |= read_running_problems(settings.data)
    unwell = [f"{name}: {problem}" for name, problem in problems.items()]
    if unwell:
        return _make_failed("engines", f"{detail}. {' '.join(unwell)}", "keyreel engines check")
    return DoctorCheck("engines", ok=len(missing) < len(ENDPOINTS), detail=detail)


def _check_ray(settings: Settings) -> DoctorCheck:
    from keyreel.engines.router import load_router
    from keyreel.worker.executors.choice import get_ray_address, is_ray_used
    from keyreel.worker.ray.diagnosis import describe_cluster, phrase_description

    engines = settings.engine_settings
    if not is_ray_used(load_router(engines).engines, engines):
        return _make_passed("Ray", "not used: engines run on this machine")
    return _make_passed("Ray", phrase_description(describe_cluster(get_ray_address(engines))))


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


def _check_privacy(settings: Settings) -> DoctorCheck:
    from keyreel.cli.local.data_folder import FILES, FOLDERS
    from keyreel.system.private_folder import check_owner, list_open

    name = "privacy"
    if not settings.data.exists():
        return _make_passed(name, "no data folder yet")
    try:
        check_owner(settings.data)
    except ValueError as error:
        return _make_failed(name, f"{error}")
    found = list_open(settings.data, (*FOLDERS, *FILES))
    if found:
        others = f" and {len(found) - 1} more" if len(found) > 1 else ""
        fix = f"chmod -R go= {settings.data}; `keyreel up` does so as well"
        return _make_failed(name, f"others on this machine may open {found[0]}{others}", fix)
    return _make_passed(name, "the data folder is this user's alone")


def _check_secrets(settings: Settings) -> DoctorCheck:
    from keyreel.cli.local.data_folder import DataFolder
    from keyreel.cli.local.installation_secrets import (
        ADMIN_TOKEN,
        LINK_KEY,
        OWN_KEY,
        WEBHOOK_KEY,
        read_secrets,
        read_token,
    )
    from keyreel.storage.signed_urls import load_or_create_secret
    from keyreel.tasks.clocks.dev_clock import read_offset

    folder = DataFolder(settings.data)
    if folder.path.exists():
        folder.check_kinds()
    with read_secrets(settings) as secrets:
        for name in (OWN_KEY, ADMIN_TOKEN):
            read_token(secrets, name)
        for name in (LINK_KEY, WEBHOOK_KEY):
            if secrets.read(name) is not None:
                load_or_create_secret(secrets, name)
    read_offset(folder.path)
    where = "sealed in the database" if settings.secret.get_secret_value() else "files of the data folder"
    return _make_passed("secrets", f"all in order, {where}" if folder.path.exists() else "none yet")


def _check_certificates(settings: Settings) -> DoctorCheck:
    from keyreel.cli.local.installation_secrets import read_secrets
    from keyreel.clock import SystemClock
    from keyreel.provenance.signing_certificates import inspect_credentials

    now = SystemClock().now()
    with read_secrets(settings) as secrets:
        detail = inspect_credentials(secrets, settings.c2pa_cert, settings.c2pa_key, now=now)
    return _make_passed("certificates", detail)


def _check_prices(settings: Settings) -> DoctorCheck:
    from keyreel.pricing import read_price_table

    read_price_table(settings.price_table)
    return _make_passed("prices", str(settings.price_table or "as shipped"))


def _check_instruments(settings: Settings) -> DoctorCheck:
    from keyreel.cli.local.soundfont import check_soundfont

    if settings.soundfont is None:
        return _make_passed("instruments", "as shipped")
    check_soundfont(settings.soundfont)
    return _make_passed("instruments", f"{settings.soundfont}, which has all that the music needs")


FOLDER_CHECKS: Final[tuple[Callable[[Settings], DoctorCheck], ...]] = (
    _check_data_folder,
    _check_privacy,
    _check_secrets,
    _check_certificates,
    _check_prices,
    _check_server,
    _check_object_store,
    _check_files,
    _check_stored_bytes,
    _check_audit_log,
    _check_lost_orders,
    _check_workers,
)
"""Those of the data folder."""
_CHECKS: Final[tuple[Callable[[Settings], DoctorCheck], ...]] = (
    _check_python,
    _check_machine,
    *FOLDER_CHECKS,
    _check_engines,
    _check_ray,
    _check_networks,
    _check_encoder,
    _check_instruments,
    _check_egress,
)
