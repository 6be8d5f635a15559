"""What the server's routes use, composed by whoever starts the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyreel.server.monitoring.request_counts import RequestCounts
from keyreel.tasks.tracing.tracer import NoTracer

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from keyreel.clock import Clock
    from keyreel.engines.router import EngineRouter
    from keyreel.intake.intake import Intake
    from keyreel.pricing import PriceTable
    from keyreel.server.health.engine_problems import EngineProblems
    from keyreel.server.requests.auth import Authenticator
    from keyreel.server.requests.rate_limit import RateLimiter
    from keyreel.server.task_watch import TaskWatch
    from keyreel.settings import Settings
    from keyreel.storage.objects import ObjectStorage
    from keyreel.storage.pending_files import PendingFiles
    from keyreel.storage.signed_urls import LinkSigner
    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.eta.estimator import EtaEstimator
    from keyreel.tasks.store import TaskStore
    from keyreel.tasks.tracing.tracer import Tracer
    from keyreel.tasks.webhooks.secrets import WebhookSecrets


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a route may use; who composes it opens and closes it.

    `has_worker` says whether this process renders as well: `nudge` wakes its worker for a new task, `wake`
    whatever waits for a time, after the clock was moved; they do nothing where the workers are other nodes.
    `root` is the root certificate of this server's signatures, `anchors` are the trusted roots, both as PEM.
    """

    settings: Settings
    clock: Clock
    random: Random
    store: TaskStore
    keys: ApiKeyStore
    authenticator: Authenticator
    storage: ObjectStorage
    pending_files: PendingFiles
    signer: LinkSigner
    vault: WebhookSecrets
    intake: Intake
    engines: EngineRouter
    engine_health: EngineProblems
    prices: PriceTable
    rate_limiter: RateLimiter
    watch: TaskWatch
    nudge: Callable[[], None]
    wake: Callable[[], None]
    admin_token: str
    root: bytes
    anchors: bytes
    has_worker: bool = False
    tracer: Tracer = field(default_factory=NoTracer)
    request_counts: RequestCounts = field(default_factory=RequestCounts)

    @property
    def forecast(self) -> EtaEstimator:
        """What estimates when tasks begin and end."""
        return self.watch.forecast
