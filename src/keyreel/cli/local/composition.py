"""Putting the parts together: the one place that knows them all."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import SystemRandom
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.local.task_store import open_store
from keyreel.clock import SystemClock
from keyreel.engines.router import load_router
from keyreel.errors import LinkForged
from keyreel.intake import Intake
from keyreel.intake.allowed_destinations import Destinations
from keyreel.intake.egress import EgressClient
from keyreel.pricing import read_price_table
from keyreel.provenance.signing_certificates import open_credentials, read_trust_anchors
from keyreel.server.requests.auth import Authenticator
from keyreel.server.requests.rate_limit import RateLimiter, get_default_limits
from keyreel.server.services import Services
from keyreel.storage.objects import ObjectStorage
from keyreel.storage.signed_urls import FILES_PREFIX, LinkSigner, load_or_create_secret
from keyreel.tasks.clocks.dev_clock import DevClock
from keyreel.tasks.eta import EtaEstimator
from keyreel.tasks.webhooks.secrets import WebhookSecrets
from keyreel.worker.loop import Worker, WorkerSettings
from keyreel.worker.webhooks.requests import LinkSettings, WebhookRequestBuilder
from keyreel.worker.webhooks.sender import WebhookSender, WebhookSenderSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from keyreel.clock import Clock
    from keyreel.engines.router import EngineRouter
    from keyreel.provenance.signing_certificates import SigningCredentials
    from keyreel.settings import Settings
    from keyreel.tasks.store import TaskStore


@dataclass(frozen=True, slots=True)
class Platform:
    """Services, worker and messenger of a server; `own_key` is the key that is valid from the start."""

    services: Services
    worker: Worker
    messenger: WebhookSender
    own_key: str


@contextmanager
def open_platform(settings: Settings, own_urls: tuple[str, ...]) -> Generator[Platform]:
    """Open everything that a server and its worker need.

    `own_addresses` are those under which this server is reached: an image URL that is a link of our own is
    read from storage instead of over the network.
    """
    folder = DataFolder(settings.data)
    folder.create()
    clock, random = DevClock(settings.data) if settings.dev else SystemClock(), SystemRandom()
    with open_store(settings.data, get_default_limits(settings), clock) as (store, keys):
        storage = ObjectStorage.open_local(settings.data / "files", clock)
        signer = LinkSigner([load_or_create_secret(settings.data / "signing.key")], clock)
        intake = Intake(
            storage, EgressClient(build_destinations(settings)), resolve=build_link_resolver(signer, own_urls)
        )
        credentials = open_signing_credentials(settings, clock)
        worker = Worker(
            store, storage, intake, settings=_build_worker_settings(settings, credentials), random=random
        )
        engines = load_router(settings.engines)
        own_key = settings.api_key.get_secret_value() or folder.ensure_own_key()
        admin_token = folder.ensure_admin_token()
        services = Services(
            settings=settings,
            clock=clock,
            random=random,
            store=store,
            keys=keys,
            authenticator=Authenticator(keys, own_key, admin_token),
            storage=storage,
            signer=signer,
            vault=open_vault(settings),
            intake=intake,
            engines=engines,
            prices=read_price_table(settings.price_table),
            rate_limiter=RateLimiter(clock),
            forecast=_build_forecast(store, engines, settings),
            nudge=worker.nudge,
            wake=worker.wake,
            admin_token=admin_token,
            root=credentials.root,
            anchors=get_trust_anchors(settings),
        )
        yield Platform(services, worker, _build_messenger(services), own_key)


def _build_forecast(store: TaskStore, engines: EngineRouter, settings: Settings) -> EtaEstimator:
    slots = sum(engines.slots_by_engine.values())
    return EtaEstimator(store.database, store.clock, slots=slots, windows=settings.off_peak_windows)


def build_destinations(settings: Settings) -> Destinations:
    """Return where the URLs of tenants may lead."""
    return Destinations(settings.egress_allow, settings.egress_ports)


def open_vault(settings: Settings) -> WebhookSecrets:
    """Open what callbacks are signed with."""
    secret = load_or_create_secret(settings.data / "callbacks.key")
    return WebhookSecrets(secret, settings.webhook_secret.get_secret_value())


def _build_messenger(services: Services) -> WebhookSender:
    settings = services.settings
    links = LinkSettings(services.signer, settings.link_seconds, settings.public_url)
    return WebhookSender(
        services.store,
        # With name lookups of its own: receivers whose names hang are not to hold up images.
        EgressClient(build_destinations(settings)),
        WebhookRequestBuilder(links, services.vault, services.random),
        settings=WebhookSenderSettings(settings.callback_schedule, settings.callback_timeout),
        random=services.random,
    )


def open_signing_credentials(settings: Settings, clock: Clock) -> SigningCredentials:
    """Open what videos are signed with.

    Raises:
        InvalidSetting: the operator's certificates cannot be used.
    """
    folder = settings.data / "c2pa"
    return open_credentials(folder, settings.c2pa_cert, settings.c2pa_key, now=clock.now())


def get_trust_anchors(settings: Settings) -> bytes:
    """Return the roots of all that was ever signed here, as PEM."""
    return read_trust_anchors(settings.data / "c2pa", settings.c2pa_cert)


def _build_worker_settings(settings: Settings, credentials: SigningCredentials) -> WorkerSettings:
    return WorkerSettings(
        folder=settings.data / "work",
        engines=settings.engines,
        render_timeout_seconds=settings.render_timeout,
        producer=settings.producer,
        watermark_text=settings.watermark_text,
        credentials=credentials,
        off_peak=settings.off_peak_windows,
        retention_periods=settings.retention_periods,
        dev=settings.dev,
        kernel_guards=settings.kernel_guards,
    )


def build_link_resolver(signer: LinkSigner, addresses: tuple[str, ...]) -> Callable[[str], str | None]:
    """Return what finds the storage key behind a link that this server signed; None for all other URLs.

    A good signature proves a link to be ours under whatever name the server was reached; under its own
    addresses a bad one is refused.
    """

    def resolve_key(url: str) -> str | None:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        for address in addresses:
            if url.startswith(f"{address}{FILES_PREFIX}"):
                return signer.verify(parts.path.removeprefix(urlsplit(address).path), query)
        _, found, key = parts.path.partition(FILES_PREFIX)
        with suppress(LinkForged):
            return signer.verify(found + key, query)
        return None

    return resolve_key
