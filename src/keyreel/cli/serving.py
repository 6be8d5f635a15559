"""The server and its worker in one process, from start to an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from socket import gethostname
from typing import TYPE_CHECKING, Final

from uvicorn.loops.auto import auto_loop_factory

from keyreel.cli.local.composition import Platform, open_platform
from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.logs import configure_logs
from keyreel.errors import InvalidSetting
from keyreel.server.app import create_app
from keyreel.server.connections.http_server import BoundedServer
from keyreel.server.connections.limits import ConnectionLimits, choose_connection_count
from keyreel.server.monitoring.metrics_page import MetricsPage
from keyreel.server.monitoring.metrics_server import serve_metrics
from keyreel.settings import read_settings
from keyreel.system.process_limits import raise_open_files_limit
from keyreel.system.process_memory import exempt_loaded_objects
from keyreel.tasks.clocks.dev_clock import read_offset

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from keyreel.settings import Settings

_BACKLOG: Final = 2048
"""Connections that may wait to be accepted; uvicorn's own number."""
_WELCOME: Final = """
  Keyreel is ready at {url}   {notes}

  API key   {shown}

  /v3/async   curl {url}/v3/async/vidu-q2-pro-img2video \\
                -H "Authorization: Bearer {key}" -H 'Content-Type: application/json' \\
                -d '{{"images": ["https://…"], "prompt": "slow push in"}}'
              curl '{url}/v3/async/task-result?task_id=…' \\
                -H "Authorization: Bearer {key}"

  vtrix       curl {url}/model/v1/generation \\
                -H "Authorization: Bearer {key}" -H 'Content-Type: application/json' \\
                -d '{{"model": "viduq2_pro_start_end2video",
                     "input": [{{"params": {{"images": ["https://…", "https://…"]}}}}]}}'
              curl {url}/model/v1/generation/task/… \\
                -H "Authorization: Bearer {key}"

  keyreel     keyreel generate vidu-q2-pro-multiframe --image a.png --image b.png --image c.png -o out.mp4

  Reference   {url}/docs

  Ctrl-C ends it; what was accepted goes on at the next start.
"""


def serve(*, host: str | None, port: int | None, data: Path | None, dev: bool = False) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        InvalidSetting: a setting names what cannot be used, such as a port that is taken.
        DataFolderLocked: another process has the data folder.
    """
    settings = read_settings(host=host, port=port, data=data, dev=dev or None)
    log_counts = configure_logs(settings.log_level)
    connections = choose_connection_count(settings.connections, raise_open_files_limit())
    with _open_listener(settings) as listener:
        local_url = f"http://{_format_url_host(settings.host)}:{listener.getsockname()[1]}"
        with (
            open_platform(settings, (settings.public_url or local_url, local_url)) as platform,
            # On uvloop where it is installed.
            asyncio.Runner(loop_factory=auto_loop_factory()) as runner,
        ):
            # Not in the task group, whose errors come in a group. Connections wait in the backlog meanwhile.
            DataFolder(settings.data).write_server_url(local_url)
            metrics = MetricsPage(platform.services, log_counts, gethostname())
            runner.run(_run_platform(platform, listener, local_url, metrics=metrics, connections=connections))


@contextlib.contextmanager
def _open_listener(settings: Settings) -> Generator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise InvalidSetting(
                f"Cannot listen on {settings.host}, port {settings.port}: {error.strerror}. "
                "Choose another with --host and --port."
            ) from None
        listener.listen(_BACKLOG)
        yield listener


def _format_url_host(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound: such a server is here too
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


async def _run_platform(
    platform: Platform, listener: socket.socket, url: str, *, metrics: MetricsPage, connections: int
) -> None:
    settings = platform.services.settings
    server = BoundedServer(
        create_app(platform.services, metrics),
        ConnectionLimits(connections, body_seconds=settings.body_seconds),
        lambda: _begin(platform, url),
        platform.services.watch.close,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, setattr, server, "should_exit", True)  # noqa: FBT003 - a value to set
    async with (
        serve_metrics(metrics, settings.metrics_host, settings.metrics_port),
        asyncio.TaskGroup() as group,
    ):
        background_tasks = [group.create_task(platform.webhook_sender.run())]
        if settings.worker:
            background_tasks.append(group.create_task(platform.worker.run()))
        await server.serve_on(listener, group)
        for running in background_tasks:
            running.cancel()


def _begin(platform: Platform, url: str) -> None:
    exempt_loaded_objects()
    _announce(platform, url)


def _announce(platform: Platform, url: str) -> None:
    """Print the server's URL with the first requests to try."""
    settings = platform.services.settings
    # A log is read by more people than may have the key.
    is_watched = sys.stdout.isatty()
    key = platform.own_key if is_watched else "$KEYREEL_API_KEY"
    notes = f"data: {settings.data}"
    notes += "" if settings.worker else "\n  The worker is off (KEYREEL_WORKER=0): tasks wait."
    notes += _describe_clock(settings)
    allowed = ", ".join(str(network) for network in settings.egress_allow)
    notes += f"\n  WARNING: image URLs may point into private networks: {allowed}" if allowed else ""
    shown = key if is_watched else _describe_key(settings)
    print(_WELCOME.format(url=url, key=key, shown=shown, notes=notes), flush=True)


def _describe_key(settings: Settings) -> str:
    """Say where the server's own key is."""
    if settings.api_key.get_secret_value():
        return "the one that is set (KEYREEL_API_KEY)"
    return (
        f"in {DataFolder(settings.data).own_key_file}; `keyreel keys show --data {settings.data}` prints it"
    )


def _describe_clock(settings: Settings) -> str:
    """Return a sentence where this server's clock is not the machine's, or its folder's was not."""
    ahead = read_offset(settings.data)
    if settings.dev:
        moved = f"; its clock is {ahead} ahead" if ahead else ""
        return f"\n  Development mode: the clock can be moved, markers in prompts are heeded{moved}."
    if not ahead:
        return ""
    return (
        f"\n  WARNING: in development mode this folder's clock was {ahead} ahead. What was submitted"
        " then waits until the machine's clock has come there; use another folder."
    )
