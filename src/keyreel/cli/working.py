"""A worker in a process of its own, which only listens to tell how it is, from start to an orderly end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uvicorn.loops.auto import auto_loop_factory

from keyreel.cli.listening import end_on_signals, format_local_url, open_listener
from keyreel.cli.local.composition import WorkerNode, open_worker_node
from keyreel.cli.local.node.worker_parts import build_metric_sources
from keyreel.cli.logs import configure_logs
from keyreel.errors import InvalidSetting
from keyreel.server.connections.http_server import BoundedServer
from keyreel.server.connections.limits import ConnectionLimits
from keyreel.server.health.app import create_health_app
from keyreel.server.monitoring.metrics_page import MetricsPage
from keyreel.settings import read_settings
from keyreel.system.process_limits import raise_open_files_limit

if TYPE_CHECKING:
    import socket
    from pathlib import Path

_CONNECTIONS: Final = 64
"""A supervisor, a balancer and Prometheus ask a worker how it is."""


@dataclass(frozen=True, slots=True)
class WorkOptions:
    """The options of the command; None where they were not given."""

    host: str | None = None
    health_port: int | None = None
    data: Path | None = None
    dev: bool = False


def work(options: WorkOptions) -> None:
    """Work until SIGINT or SIGTERM.

    Raises:
        InvalidSetting: a setting names what cannot be used, such as a port that is taken.
        DataFolderLocked: another process has the data folder.
    """
    settings = read_settings(
        host=options.host, health_port=options.health_port, data=options.data, dev=options.dev or None
    )
    if not settings.worker:
        raise InvalidSetting("KEYREEL_WORKER: is 0, but `keyreel work` is a worker. Unset it.")
    log_counts = configure_logs(settings.log_level, settings.node)
    raise_open_files_limit()
    with (
        open_listener(
            settings.host, settings.health_port, "Choose another address with --host and --health-port."
        ) as listener,
        open_worker_node(settings) as node,
        asyncio.Runner(loop_factory=auto_loop_factory()) as runner,
    ):
        sources = build_metric_sources(node.installation, node.worker)
        metrics = MetricsPage(sources, log_counts, node.installation.node)
        runner.run(_run_node(node, listener, format_local_url(settings.host, listener), metrics))


async def _run_node(node: WorkerNode, listener: socket.socket, url: str, metrics: MetricsPage) -> None:
    installation = node.installation
    settings = installation.settings
    server = BoundedServer(
        create_health_app(installation.store, installation.pending_files.storage, metrics),
        ConnectionLimits(_CONNECTIONS, body_seconds=settings.body_seconds),
        lambda: print(f"Worker {installation.node} is ready. Health check: {url}/readyz", flush=True),
    )
    end_on_signals(server)
    async with asyncio.TaskGroup() as group:
        background_tasks = node.start(group)
        await server.serve_on(listener, group)
        for running in background_tasks:
            running.cancel()
