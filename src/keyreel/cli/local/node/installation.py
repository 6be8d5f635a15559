"""What every node of an installation opens: its database, its secrets, its stored files."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.local.installation_secrets import open_secrets, read_secrets
from keyreel.cli.local.node.links import build_link_resolver, open_link_signer
from keyreel.cli.local.node.tracing import open_tracer
from keyreel.cli.local.storage import open_presigned_links, open_storage
from keyreel.cli.local.task_store import locate_database, open_store
from keyreel.cli.local.webhook_secrets import open_webhook_secrets
from keyreel.clock import SystemClock
from keyreel.intake.allowed_destinations import Destinations
from keyreel.intake.egress import EgressClient
from keyreel.intake.intake import Intake
from keyreel.provenance.signing_certificates import open_credentials, read_trust_anchors
from keyreel.server.requests.rate_limit import get_default_limits
from keyreel.storage.objects import FOLDERS
from keyreel.storage.pending_files import PendingFiles
from keyreel.tasks.accounts.stored_files import count_existing_files, needs_counting
from keyreel.tasks.clocks.dev_clock import DevClock, get_machine_time

if TYPE_CHECKING:
    from collections.abc import Generator

    from keyreel.clock import Clock
    from keyreel.provenance.signing_certificates import SigningCredentials
    from keyreel.settings import Settings
    from keyreel.storage.objects import ObjectStorage
    from keyreel.storage.secret_files import SecretStore
    from keyreel.storage.signed_urls import LinkSigner
    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.store import TaskStore
    from keyreel.tasks.tracing.tracer import Tracer
    from keyreel.tasks.webhooks.secrets import WebhookSecrets


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation as one node has it open: who composes a server or a worker takes its parts from here.

    `node` is this process's name among the nodes; `intake` brings the files of requests in.
    """

    settings: Settings
    node: str
    clock: Clock
    store: TaskStore
    keys: ApiKeyStore
    secrets: SecretStore
    credentials: SigningCredentials
    webhook_secrets: WebhookSecrets
    pending_files: PendingFiles
    signer: LinkSigner
    intake: Intake
    tracer: Tracer


@contextmanager
def open_installation(settings: Settings, own_urls: tuple[str, ...]) -> Generator[Installation]:
    """Open the database, the secrets and the stored files.

    An image URL that is a link signed here, under one of `own_urls`, is read from storage, not fetched.

    Raises:
        DataFolderLocked: another process has the data folder.
        InvalidSetting: a setting names what cannot be used.
    """
    DataFolder(settings.data).create()
    clock = DevClock(settings.data) if settings.dev else SystemClock()
    with (
        open_tracer(name_node(settings)) as tracer,
        open_store(locate_database(settings), get_default_limits(settings), clock) as (store, keys),
    ):
        secrets = open_secrets(settings, store.database, clock)
        storage, presigned = open_storage(settings, store.clock), open_presigned_links(settings)
        _count_files(store, storage)
        signer = open_link_signer(settings, secrets, store, keys=keys, presigned=presigned)
        destinations = build_destinations(settings)
        if presigned:
            destinations = replace(destinations, is_result=presigned.is_below)
        yield Installation(
            settings=settings,
            node=name_node(settings),
            clock=store.clock,
            store=store,
            keys=keys,
            secrets=secrets,
            credentials=open_signing_credentials(settings, secrets, store.clock),
            webhook_secrets=open_webhook_secrets(settings, secrets),
            pending_files=PendingFiles(storage),
            signer=signer,
            intake=Intake(storage, EgressClient(destinations), resolve=build_link_resolver(signer, own_urls)),
            tracer=tracer,
        )


def name_node(settings: Settings) -> str:
    """Return this process's name among the nodes of its installation."""
    return settings.node or f"{socket.gethostname()}:{os.getpid()}"


def build_destinations(settings: Settings) -> Destinations:
    """Return the destinations that URLs of tenants may name."""
    return Destinations(settings.egress_allow, settings.egress_ports)


def open_signing_credentials(settings: Settings, secrets: SecretStore, clock: Clock) -> SigningCredentials:
    """Open the certificates and the key that videos are signed with.

    Raises:
        InvalidSetting: the operator's certificates cannot be used.
    """
    # Not by a clock that was moved: signing and validators go by the real one.
    now = get_machine_time(clock)
    return open_credentials(secrets, settings.c2pa_cert, settings.c2pa_key, now=now)


def get_trust_anchors(settings: Settings) -> bytes:
    """Return the roots of all that was ever signed here, as PEM; a server may have the folder open."""
    with read_secrets(settings) as secrets:
        return read_trust_anchors(secrets, settings.c2pa_cert)


def _count_files(store: TaskStore, storage: ObjectStorage) -> None:
    """Count what a folder holds that was made before files were counted; at its first start alone."""
    with store.database.read() as connection:
        if not needs_counting(connection):
            return
    sizes = {file.key: file.size for folder in FOLDERS for file in storage.scan(folder)}
    with store.database.write() as connection:
        count_existing_files(connection, sizes)
