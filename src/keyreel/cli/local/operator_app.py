"""The server's application for an operator's commands: over an open database, without worker and engines."""

from __future__ import annotations

import os
import pwd
from contextlib import suppress
from random import SystemRandom
from typing import TYPE_CHECKING

from keyreel.engines.router import EngineRouter
from keyreel.intake.egress import EgressClient
from keyreel.intake.intake import Intake
from keyreel.pricing import read_price_table
from keyreel.server.app import create_app
from keyreel.server.health.checks import HealthChecks
from keyreel.server.health.engine_problems import EngineProblems
from keyreel.server.requests.auth import Authenticator
from keyreel.server.requests.failed_keys import FailedKeys
from keyreel.server.requests.rate_limit import RateLimiter
from keyreel.server.services import Services
from keyreel.server.task_watch import TaskWatch
from keyreel.storage.memory import open_memory_storage
from keyreel.storage.pending_files import PendingFiles
from keyreel.storage.signed_urls import LinkSigner
from keyreel.tasks.eta.estimator import EtaEstimator

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from keyreel.settings import Settings
    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.store import TaskStore
    from keyreel.tasks.webhooks.secrets import WebhookSecrets


def build_operator_app(
    settings: Settings,
    store: TaskStore,
    keys: ApiKeyStore,
    *,
    webhook_secrets: WebhookSecrets,
    admin_token: str,
) -> ASGIApp:
    """Build the application for requests under /v1/admin.

    These work on the database alone: of the folder's files, prices, engines and certificates none is opened,
    so that a mistake in their settings stops no operator's command.
    """
    clock, random, storage = store.clock, SystemRandom(), open_memory_storage()
    authenticator = Authenticator(keys, "", admin_token, FailedKeys(clock), operator_name=_describe_user())
    return create_app(
        Services(
            settings=settings,
            clock=clock,
            random=random,
            store=store,
            keys=keys,
            authenticator=authenticator,
            storage=storage,
            pending_files=PendingFiles(storage),
            signer=LinkSigner([random.randbytes(32)], clock),
            vault=webhook_secrets,
            intake=Intake(storage, EgressClient()),
            engines=EngineRouter((), ()),
            engine_health=EngineProblems(HealthChecks({}), store.database, None),
            prices=read_price_table(),
            rate_limiter=RateLimiter(clock),
            watch=_build_watch(store, settings),
            nudge=_do_nothing,
            wake=_do_nothing,
            admin_token=admin_token,
            root=b"",
            anchors=b"",
        )
    )


def _build_watch(store: TaskStore, settings: Settings) -> TaskWatch:
    windows = settings.off_peak_windows
    return TaskWatch(store, EtaEstimator(store.database, store.clock, slots={}, windows=windows))


def _describe_user() -> str:
    """Return who runs this command, for the audit log."""
    uid = os.getuid()
    with suppress(KeyError):  # an account that this machine's files do not name
        return f"user {pwd.getpwuid(uid).pw_name} (uid {uid})"
    return f"uid {uid}"


def _do_nothing() -> None:
    """Stand in for the calls that wake a worker: there is none here."""
