"""A server and its worker, put together from their parts: the one place that knows them all."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

import keyreel
from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.local.settings_record import describe_settings
from keyreel.cli.local.soundfont import open_instruments
from keyreel.cli.local.task_store import open_store
from keyreel.cli.local.webhook_secrets import open_webhook_secrets
from keyreel.clock import SystemClock
from keyreel.engine import HealthReporter
from keyreel.engines.health import probe_engine
from keyreel.engines.router import load_router
from keyreel.errors import InvalidKey, LinkExpired, LinkForged, TenantDisabled
from keyreel.intake.allowed_destinations import Destinations
from keyreel.intake.egress import EgressClient
from keyreel.intake.intake import Intake
from keyreel.pricing import read_price_table
from keyreel.provenance.signing_certificates import open_credentials, read_trust_anchors
from keyreel.server.health_checks import HealthChecks
from keyreel.server.requests.auth import Authenticator
from keyreel.server.requests.failed_keys import FailedKeys
from keyreel.server.requests.rate_limit import RateLimiter, get_default_limits
from keyreel.server.services import Services
from keyreel.server.task_watch import TaskWatch
from keyreel.storage.objects import FOLDERS, ObjectStorage
from keyreel.storage.pending_files import PendingFiles
from keyreel.storage.signed_urls import FILES_PREFIX, LinkSigner, load_or_create_secret
from keyreel.tasks.accounts.stored_files import count_existing_files, needs_counting
from keyreel.tasks.audit.starts import record_start
from keyreel.tasks.clocks.dev_clock import DevClock, get_machine_time
from keyreel.tasks.eta import EtaEstimator
from keyreel.tasks.webhooks.secrets import DEFAULT_TENANT
from keyreel.worker.loop import Worker, WorkerSettings
from keyreel.worker.webhooks.requests import LinkSettings, WebhookRequestBuilder
from keyreel.worker.webhooks.sender import WebhookSender, WebhookSenderSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from keyreel.clock import Clock
    from keyreel.engines.router import EngineRouter
    from keyreel.provenance.signing_certificates import SigningCredentials
    from keyreel.settings import Settings
    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.store import TaskStore


_ENGINE_HEALTH_SECONDS: Final = 15.0
"""How long it counts what an engine said about itself: the question may cost it a request elsewhere."""


@dataclass(frozen=True, slots=True)
class Platform:
    """What a server runs; `own_key` is the API key that is valid from the start."""

    services: Services
    worker: Worker
    webhook_sender: WebhookSender
    own_key: str


@dataclass(frozen=True, slots=True)
class _FileAccess:
    """The data folder's stored files, links to them, and what brings files of requests in."""

    pending_files: PendingFiles
    signer: LinkSigner
    intake: Intake


@contextmanager
def open_platform(settings: Settings, own_urls: tuple[str, ...]) -> Generator[Platform]:
    """Open everything that a server and its worker need.

    An image URL that is a link signed here, under one of `own_urls`, is read from storage, not fetched.

    Raises:
        DataFolderLocked: another process has the data folder.
        InvalidSetting: a setting names what cannot be used.
    """
    folder = DataFolder(settings.data).create()
    clock = DevClock(settings.data) if settings.dev else SystemClock()
    with open_store(settings.data, get_default_limits(settings), clock) as (store, keys):
        files = _open_files(settings, store, keys, own_urls)
        engines = load_router(settings.engine_settings)
        worker, root = _build_worker(settings, store, files)
        own_key = settings.api_key.get_secret_value() or folder.ensure_own_key()
        services = Services(
            settings=settings,
            clock=clock,
            random=SystemRandom(),
            store=store,
            keys=keys,
            authenticator=Authenticator(keys, own_key, folder.ensure_admin_token(), FailedKeys(clock)),
            storage=files.pending_files.storage,
            pending_files=files.pending_files,
            signer=files.signer,
            vault=open_webhook_secrets(settings),
            intake=files.intake,
            engines=engines,
            engine_health=_build_engine_health(engines),
            prices=read_price_table(settings.price_table),
            rate_limiter=RateLimiter(store.trusted_clock),
            watch=TaskWatch(store, _build_estimator(store, engines, settings)),
            nudge=worker.nudge,
            wake=worker.wake,
            admin_token=folder.ensure_admin_token(),
            root=root,
            anchors=get_trust_anchors(settings),
        )
        yield _start_platform(services, worker, own_key)


def _start_platform(services: Services, worker: Worker, own_key: str) -> Platform:
    """Record the start in the audit log."""
    described = describe_settings(services.settings, services.admin_token)
    record_start(services.store.database, services.clock, keyreel.__version__, described)
    return Platform(services, worker, _build_webhook_sender(services), own_key)


def _open_files(
    settings: Settings, store: TaskStore, keys: ApiKeyStore, own_urls: tuple[str, ...]
) -> _FileAccess:
    storage = ObjectStorage.open_local(DataFolder(settings.data).files, store.clock)
    _count_files(store, storage)
    signer = LinkSigner(
        [load_or_create_secret(settings.data / "signing.key")],
        store.trusted_clock,
        check_owner=build_owner_check(keys) if settings.links_follow_keys else None,
    )
    egress = EgressClient(build_destinations(settings))
    return _FileAccess(
        PendingFiles(storage), signer, Intake(storage, egress, resolve=build_link_resolver(signer, own_urls))
    )


def _count_files(store: TaskStore, storage: ObjectStorage) -> None:
    """Count what a folder holds that was made before files were counted; at its first start alone."""
    with store.database.read() as connection:
        if not needs_counting(connection):
            return
    sizes = {file.key: file.size for folder in FOLDERS for file in storage.scan(folder)}
    with store.database.write() as connection:
        count_existing_files(connection, sizes)


def build_owner_check(keys: ApiKeyStore) -> Callable[[str], None]:
    """Return a function that raises LinkExpired for an API key whose links are no longer good."""

    def check_owner(key_id: str) -> None:
        try:
            keys.require_good_standing(key_id, DEFAULT_TENANT)
        except (InvalidKey, TenantDisabled):
            raise LinkExpired("The API key that this link was made for is no longer valid.") from None

    return check_owner


def _build_worker(settings: Settings, store: TaskStore, files: _FileAccess) -> tuple[Worker, bytes]:
    """Return the worker, and the root certificate of what it signs."""
    credentials = open_signing_credentials(settings, store.clock)
    worker_settings = _build_worker_settings(settings, credentials)
    worker = Worker(store, files.pending_files, files.intake, settings=worker_settings, random=SystemRandom())
    return worker, credentials.root


def _build_estimator(store: TaskStore, engines: EngineRouter, settings: Settings) -> EtaEstimator:
    slots = sum(engines.slots_by_engine.values())
    return EtaEstimator(store.database, store.clock, slots=slots, windows=settings.off_peak_windows)


def _build_engine_health(engines: EngineRouter) -> HealthChecks:
    """Return checks of the engines that can tell how they are."""
    probes = {
        each.name: partial(probe_engine, each.engine)
        for each in engines.engines
        if isinstance(each.engine, HealthReporter)
    }
    return HealthChecks(probes, _ENGINE_HEALTH_SECONDS)


def build_destinations(settings: Settings) -> Destinations:
    """Return the destinations that URLs of tenants may name."""
    return Destinations(settings.egress_allow, settings.egress_ports)


def _build_webhook_sender(services: Services) -> WebhookSender:
    settings = services.settings
    links = LinkSettings(services.signer, settings.link_seconds, settings.public_url)
    return WebhookSender(
        services.store,
        # With name lookups of its own: receivers whose names resolve slowly are not to hold up images.
        EgressClient(build_destinations(settings)),
        WebhookRequestBuilder(links, services.vault, services.random),
        settings=WebhookSenderSettings(settings.callback_schedule, settings.callback_timeout),
        random=services.random,
    )


def open_signing_credentials(settings: Settings, clock: Clock) -> SigningCredentials:
    """Open the certificates and the key that videos are signed with.

    Raises:
        InvalidSetting: the operator's certificates cannot be used.
    """
    folder = settings.data / "c2pa"
    # Not by a clock that was moved: signing and validators go by the real one.
    now = get_machine_time(clock)
    return open_credentials(folder, settings.c2pa_cert, settings.c2pa_key, now=now)


def get_trust_anchors(settings: Settings) -> bytes:
    """Return the roots of all that was ever signed here, as PEM."""
    return read_trust_anchors(settings.data / "c2pa", settings.c2pa_cert)


def _build_worker_settings(settings: Settings, credentials: SigningCredentials) -> WorkerSettings:
    return WorkerSettings(
        folder=settings.data / "work",
        engines=settings.engine_settings,
        render_timeout_seconds=settings.render_timeout,
        below_bar=settings.below_bar,
        producer=settings.producer,
        watermark_text=settings.watermark_text,
        credentials=credentials,
        instruments=open_instruments(settings.data, settings.soundfont),
        off_peak=settings.off_peak_windows,
        retention_periods=settings.retention_periods,
        dev=settings.dev,
        kernel_guards=settings.kernel_guards,
        preload=settings.preload,
    )


def build_link_resolver(signer: LinkSigner, own_urls: tuple[str, ...]) -> Callable[[str], str | None]:
    """Return a function that finds the storage key behind a link signed here; None for all other URLs.

    A good signature proves a link to be ours under whatever name the server was reached; a bad one under
    `own_urls` raises LinkForged.
    """

    def resolve_key(url: str) -> str | None:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        for own_url in own_urls:
            if url.startswith(f"{own_url}{FILES_PREFIX}"):
                return signer.verify(parts.path.removeprefix(urlsplit(own_url).path), query)
        _, found, key = parts.path.partition(FILES_PREFIX)
        with suppress(LinkForged):
            return signer.verify(found + key, query)
        return None

    return resolve_key
