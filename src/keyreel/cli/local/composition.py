"""A node, put together from its parts by its role: a server, a worker, or both in one process."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import keyreel
from keyreel.cli.local.installation_secrets import ensure_admin_token
from keyreel.cli.local.node.installation import open_installation
from keyreel.cli.local.node.server_parts import build_services, choose_own_key
from keyreel.cli.local.node.worker_parts import build_webhook_sender, build_worker
from keyreel.cli.local.settings_record import describe_settings
from keyreel.tasks.audit.starts import NodeStart, record_start

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Generator

    from keyreel.cli.local.node.installation import Installation
    from keyreel.server.services import Services
    from keyreel.settings import Settings
    from keyreel.worker.loop import Worker
    from keyreel.worker.webhooks.sender import WebhookSender


class NodeRole(StrEnum):
    """What a process does for its installation."""

    ALL = "all"
    SERVER = "server"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Platform:
    """What a server runs; `own_key` is the API key that is valid from the start.

    Without a worker it accepts, stores and answers: the workers are other nodes.
    """

    services: Services
    worker: WorkerNode | None
    own_key: str


@dataclass(frozen=True, slots=True)
class WorkerNode:
    """What a worker runs: it renders, finishes and sweeps, and sends webhooks."""

    installation: Installation
    worker: Worker
    webhook_sender: WebhookSender

    def start(self, group: asyncio.TaskGroup) -> tuple[asyncio.Task[None], ...]:
        """Run both as tasks of a group, until they are cancelled."""
        return group.create_task(self.worker.run()), group.create_task(self.webhook_sender.run())


@contextmanager
def open_platform(
    settings: Settings, own_urls: tuple[str, ...], *, with_worker: bool = True
) -> Generator[Platform]:
    """Open everything that a server needs, with its worker or without; its start is in the audit log.

    An image URL that is a link signed here, under one of `own_urls`, is read from storage, not fetched.

    Raises:
        DataFolderLocked: another process has the data folder.
        InvalidSetting: a setting names what cannot be used.
    """
    with open_installation(settings, own_urls) as installation:
        node = _build_worker_node(installation) if with_worker else None
        services = build_services(installation, node.worker if node else None)
        platform = Platform(services, node, choose_own_key(installation))
        _record_start(installation, NodeRole.ALL if with_worker else NodeRole.SERVER)
        yield platform


@contextmanager
def open_worker_node(settings: Settings) -> Generator[WorkerNode]:
    """Open everything that a worker needs which serves nobody; its start is in the audit log.

    Raises:
        DataFolderLocked: another process has the data folder.
        InvalidSetting: a setting names what cannot be used.
    """
    with open_installation(settings, (settings.public_url,) if settings.public_url else ()) as installation:
        node = _build_worker_node(installation)
        _record_start(installation, NodeRole.WORKER)
        yield node


def _build_worker_node(installation: Installation) -> WorkerNode:
    return WorkerNode(installation, build_worker(installation), build_webhook_sender(installation))


def _record_start(installation: Installation, role: NodeRole) -> None:
    settings = describe_settings(installation.settings, ensure_admin_token(installation.secrets))
    start = NodeStart(keyreel.__version__, role.value, installation.node, settings)
    name = installation.settings.node or "server"
    record_start(installation.store.database, installation.clock, start, name=name)
