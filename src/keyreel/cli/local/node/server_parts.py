"""What a server needs of an installation: the services that its routes use."""

from __future__ import annotations

from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from keyreel.cli.local.installation_secrets import ensure_admin_token, ensure_own_key
from keyreel.engine import HealthReporter
from keyreel.engines.health import probe_engine
from keyreel.engines.router import load_router
from keyreel.pricing import read_price_table
from keyreel.provenance.signing_certificates import read_trust_anchors
from keyreel.server.health.checks import HealthChecks
from keyreel.server.health.engine_problems import EngineProblems
from keyreel.server.requests.auth import Authenticator
from keyreel.server.requests.failed_keys import FailedKeys
from keyreel.server.requests.rate_limit import RateLimiter
from keyreel.server.services import Services
from keyreel.server.task_watch import TaskWatch
from keyreel.tasks.eta.estimator import EtaEstimator

if TYPE_CHECKING:
    from keyreel.cli.local.node.installation import Installation
    from keyreel.engines.router import EngineRouter
    from keyreel.tasks.store import TaskStore
    from keyreel.worker.loop import Worker

_ENGINE_HEALTH_SECONDS: Final = 15.0
"""How long it counts what an engine said about itself: the question may cost it a request elsewhere."""


def choose_own_key(installation: Installation) -> str:
    """Return the API key that is valid from the start: the one that is set, else the installation's own."""
    return installation.settings.api_key.get_secret_value() or ensure_own_key(installation.secrets)


def build_services(installation: Installation, worker: Worker | None) -> Services:
    """Build the services of a server's routes; without a worker in this process, other nodes have them."""
    settings, store, secrets = installation.settings, installation.store, installation.secrets
    admin_token = ensure_admin_token(secrets)
    engines = load_router(settings.engine_settings)
    authenticator = Authenticator(
        installation.keys, choose_own_key(installation), admin_token, FailedKeys(installation.clock)
    )
    return Services(
        settings=settings,
        clock=installation.clock,
        random=SystemRandom(),
        store=store,
        keys=installation.keys,
        authenticator=authenticator,
        storage=installation.pending_files.storage,
        pending_files=installation.pending_files,
        signer=installation.signer,
        vault=installation.webhook_secrets,
        intake=installation.intake,
        engines=engines,
        engine_health=_build_engine_problems(store, engines, worker),
        prices=read_price_table(settings.price_table),
        rate_limiter=RateLimiter(store.trusted_clock),
        watch=TaskWatch(store, _build_estimator(installation, engines)),
        has_worker=worker is not None,
        nudge=partial(_nudge_workers, store, worker),
        wake=worker.wake if worker else _do_nothing,
        admin_token=admin_token,
        root=installation.credentials.root,
        tracer=installation.tracer,
        anchors=read_trust_anchors(secrets, settings.c2pa_cert),
    )


def _build_estimator(installation: Installation, engines: EngineRouter) -> EtaEstimator:
    slots, store = engines.slots_by_engine, installation.store
    windows = installation.settings.off_peak_windows
    return EtaEstimator(store.database, store.clock, slots=slots, windows=windows)


def _build_engine_problems(store: TaskStore, engines: EngineRouter, worker: Worker | None) -> EngineProblems:
    """Return what asks the engines that can tell how they are, and the workers."""
    probes = {
        each.name: partial(probe_engine, each.engine)
        for each in engines.engines
        if isinstance(each.engine, HealthReporter)
    }
    checks = HealthChecks(probes, _ENGINE_HEALTH_SECONDS)
    return EngineProblems(checks, store.database, worker.engine_statuses.read if worker else None)


def _nudge_workers(store: TaskStore, worker: Worker | None) -> None:
    """Have workers look at the queue: the one in this process, and those of other processes."""
    if worker is not None:
        worker.nudge()
    store.database.notify_workers()


def _do_nothing() -> None:
    """Stand in for the call that tells a worker of a moved clock: where there is one, so is the worker."""
