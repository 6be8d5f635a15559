"""What a machine offers, and what is set: checked by doing it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.cli.doctor.findings import DoctorCheck, make_failed, make_passed

if TYPE_CHECKING:
    from keyreel.settings import Settings

_GIGABYTE: Final = 1_000_000_000
_ENOUGH_BYTES: Final = 2 * _GIGABYTE
"""Of memory, and of free disk space."""


def check_python(settings: Settings) -> DoctorCheck:
    """Check that Python is new enough."""
    del settings
    version = ".".join(str(part) for part in sys.version_info[:3])
    return DoctorCheck("Python", ok=sys.version_info >= (3, 11), detail=version)


def check_hardware(settings: Settings) -> DoctorCheck:
    """Check that there is memory enough."""
    del settings
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    detail = f"{os.cpu_count()} cores, {memory / _GIGABYTE:.0f} GB of memory"
    return DoctorCheck("machine", ok=memory >= _ENOUGH_BYTES, detail=detail)


def check_data_folder(settings: Settings) -> DoctorCheck:
    """Check that the data folder can be used, and has room."""
    existing = settings.data
    while not existing.exists():
        existing = existing.parent
    free = shutil.disk_usage(existing).free
    writable = os.access(existing, os.W_OK)
    detail = f"{settings.data}: {free / _GIGABYTE:.0f} GB free" + ("" if writable else ", not writable")
    if writable and free >= _ENOUGH_BYTES:
        return make_passed("data folder", detail)
    fix = "free some space, or choose another folder: KEYREEL_DATA, --data"
    return make_failed("data folder", detail, fix)


def check_server(settings: Settings) -> DoctorCheck:
    """Ask the server that runs on the data folder how it is."""
    from keyreel.cli.local.data_folder import DataFolder
    from keyreel.tasks.database.folder_lock import is_held

    if not is_held(settings.data):
        return make_passed("server", "not running: start it with `keyreel up`")
    url = DataFolder(settings.data).read_server_url()
    return describe_server(url, f"a process uses {settings.data} but does not respond")


def describe_server(url: str, unanswered: str) -> DoctorCheck:
    """Ask the server at a URL how it is; `unanswered` is what is wrong if it does not say."""
    import httpx

    try:
        readiness = httpx.get(f"{url}/health/ready", trust_env=False).json()
        version = httpx.get(f"{url}/health/live", trust_env=False).json()["version"]
        problems = [
            f"{name}: {part['detail']}" for name, part in readiness["checks"].items() if not part["ok"]
        ]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        fix = "wait until it has started or stopped, and try again; see its log"
        return make_failed("server", unanswered, fix)
    if problems:
        return make_failed("server", f"running at {url}, but {'; '.join(problems)}")
    renders = "renders" if readiness["worker"] else "does not render"
    queue = f"{readiness['queued']} tasks are waiting"
    return make_passed("server", f"running at {url}, version {version}; it {renders}; {queue}")


def check_privacy(settings: Settings) -> DoctorCheck:
    """Check that nobody else may open the data folder."""
    from keyreel.cli.local.data_folder import FILES, FOLDERS
    from keyreel.system.private_folder import check_owner, list_open

    name = "privacy"
    if not settings.data.exists():
        return make_passed(name, "no data folder yet")
    try:
        check_owner(settings.data)
    except ValueError as error:
        return make_failed(name, f"{error}")
    found = list_open(settings.data, (*FOLDERS, *FILES))
    if found:
        others = f" and {len(found) - 1} more" if len(found) > 1 else ""
        fix = f"chmod -R go= {settings.data}, or start `keyreel up`, which does the same"
        return make_failed(name, f"other users of this machine can open {found[0]}{others}", fix)
    return make_passed(name, "only this user can open the data folder")


def check_networks(settings: Settings) -> DoctorCheck:
    """Check that the networks of the motion engine load."""
    del settings
    from keyreel.engines.motion.networks.models import load_network

    try:
        for name in ("rife", "u2netp"):
            load_network(name)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        return make_failed("motion networks", str(error).splitlines()[0])
    return make_passed("motion networks", "RIFE and U²-Net-p, bundled")


def check_encoder(settings: Settings) -> DoctorCheck:
    """Check that a video can be encoded."""
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


def check_egress(settings: Settings) -> DoctorCheck:
    """Say where URLs of tenants may lead."""
    if not settings.egress_allow:
        return make_passed("image URLs", "public addresses only")
    opened = ", ".join(str(network) for network in settings.egress_allow)
    return make_passed("image URLs", f"private networks are open to tenants: {opened}")


def check_instruments(settings: Settings) -> DoctorCheck:
    """Check that the instruments can be played."""
    from keyreel.cli.local.soundfont import check_soundfont

    if settings.soundfont is None:
        return make_passed("instruments", "bundled")
    check_soundfont(settings.soundfont)
    return make_passed("instruments", f"{settings.soundfont}, has all required instruments")


def check_prices(settings: Settings) -> DoctorCheck:
    """Check that the prices can be read."""
    from keyreel.pricing import read_price_table

    read_price_table(settings.price_table)
    return make_passed("prices", str(settings.price_table or "bundled"))
