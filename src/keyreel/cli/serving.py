"""The server, with its worker in the same process or without one, from start to an orderly end."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from uvicorn.loops.auto import auto_loop_factory

from keyreel.cli.listening import end_on_signals, format_local_url, open_listener
from keyreel.cli.local.composition import Platform, open_platform
from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.local.node.installation import name_node
from keyreel.cli.logs import configure_logs
from keyreel.errors import Unavailable
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
    import socket
    from pathlib import Path

    from keyreel.settings import Settings
    from keyreel.tasks.store import TaskStore

_CLOCK_SECONDS: Final = 60.0
"""Between two questions for the database's time: machines' clocks drift by a few milliseconds in that."""
_WELCOME: Final = """
  Keyreel is ready at {address}   {notes}

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


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The options of the commands that serve; None where they were not given."""

    host: str | None = None
    port: int | None = None
    data: Path | None = None
    dev: bool = False


def serve(options: ServeOptions, *, with_worker: bool) -> None:
    """Serve until SIGINT or SIGTERM; the setting `worker` may take the worker away.

    Raises:
        InvalidSetting: a setting names what cannot be used, such as a port that is taken.
        DataFolderLocked: another process has the data folder.
    """
    settings = read_settings(host=options.host, port=options.port, data=options.data, dev=options.dev or None)
    log_counts = configure_logs(settings.log_level, settings.node)
    connections = choose_connection_count(settings.connections, raise_open_files_limit())
    with open_listener(
        settings.host, settings.port, "Choose another address with --host and --port."
    ) as listener:
        local_url = format_local_url(settings.host, listener)
        own_urls = (settings.public_url or local_url, local_url)
        with (
            open_platform(settings, own_urls, with_worker=with_worker and settings.worker) as platform,
            # On uvloop where it is installed.
            asyncio.Runner(loop_factory=auto_loop_factory()) as runner,
        ):
            # Not in the task group, whose errors come in a group. Connections wait in the backlog meanwhile.
            DataFolder(settings.data).write_server_url(local_url)
            metrics = MetricsPage(platform.services, log_counts, name_node(settings))
            runner.run(_run_platform(platform, listener, local_url, metrics=metrics, connections=connections))


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
    end_on_signals(server)
    async with (
        serve_metrics(metrics, settings.metrics_host, settings.metrics_port),
        asyncio.TaskGroup() as group,
    ):
        background_tasks = (
            platform.worker.start(group)
            if platform.worker
            else (group.create_task(_follow_database_clock(platform.services.store)),)
        )
        await server.serve_on(listener, group)
        for running in background_tasks:
            running.cancel()


async def _follow_database_clock(store: TaskStore) -> None:
    """Go by the database's time, of which a worker would ask; where it does not answer, as before."""
    while True:
        await asyncio.sleep(_CLOCK_SECONDS)
        with suppress(Unavailable):
            await store.synchronise_clock()


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
    notes += "" if platform.worker else _describe_absent_worker(platform)
    notes += _describe_clock(settings)
    allowed = ", ".join(str(network) for network in settings.egress_allow)
    notes += f"\n  WARNING: image URLs can access private networks: {allowed}" if allowed else ""
    shown = key if is_watched else _describe_key(settings)
    # The fragment signs a browser in, and is in no request: no log ever has it.
    address = f"{url}/#key={quote(key)}" if is_watched else url
    print(_WELCOME.format(address=address, url=url, key=key, shown=shown, notes=notes), flush=True)


def _describe_absent_worker(platform: Platform) -> str:
    """Say who renders what is accepted here."""
    if platform.services.store.database.is_shared:
        return (
            "\n  This node only serves requests. Run `keyreel work` on other nodes to render and to send "
            "callbacks."
        )
    return (
        "\n  This process only serves requests. With SQLite, tasks and callbacks wait until you run "
        "`keyreel up`."
    )


def _describe_key(settings: Settings) -> str:
    """Say where the server's own key is."""
    if settings.api_key.get_secret_value():
        return "set by KEYREEL_API_KEY"
    if settings.secret.get_secret_value():
        return f"encrypted in the database; print it with `keyreel keys show --data {settings.data}`"
    return (
        f"in {DataFolder(settings.data).own_key_file}; print it with `keyreel keys show --data "
        f"{settings.data}`"
    )


def _describe_clock(settings: Settings) -> str:
    """Return a sentence where this server's clock is not the machine's, or its folder's was not."""
    ahead = read_offset(settings.data)
    if settings.dev:
        moved = f"; its clock is {ahead} ahead" if ahead else ""
        return f"\n  Development mode: the clock can be moved, and markers in prompts take effect{moved}."
    if not ahead:
        return ""
    return (
        f"\n  WARNING: in development mode, this folder's clock was moved {ahead} ahead. Tasks "
        "submitted then wait until the machine's clock has caught up. Use another folder."
    )
