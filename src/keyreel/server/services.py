"""What the server's routes use, composed by whoever starts the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from keyreel.clock import Clock
    from keyreel.engines.router import EngineRouter
    from keyreel.intake import Intake
    from keyreel.pricing import PriceTable
    from keyreel.server.requests.auth import Authenticator
    from keyreel.server.requests.rate_limit import RateLimiter
    from keyreel.settings import Settings
    from keyreel.storage.objects import ObjectStorage
    from keyreel.storage.signed_urls import LinkSigner
    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.eta import EtaEstimator
    from keyreel.tasks.store import TaskStore
    from keyreel.tasks.webhooks.secrets import WebhookSecrets


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a route may use.

    `nudge` tells a worker in this process that a task waits, `wake` that the clock was moved.
    `root` is the certificate that signatures made here lead to; `anchors` are those that are believed. PEM.
    """

    settings: Settings
    clock: Clock
    random: Random
    store: TaskStore
    keys: ApiKeyStore
    authenticator: Authenticator
    storage: ObjectStorage
    signer: LinkSigner
    vault: WebhookSecrets
    intake: Intake
    engines: EngineRouter
    prices: PriceTable
    rate_limiter: RateLimiter
    forecast: EtaEstimator
    nudge: Callable[[], None]
    wake: Callable[[], None]
    admin_token: str
    root: bytes
    anchors: bytes
