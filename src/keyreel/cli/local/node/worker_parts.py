"""What a worker needs of an installation: the worker itself, and what sends webhooks beside it."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

import keyreel
from keyreel.cli.local.node.installation import build_destinations
from keyreel.cli.local.soundfont import open_instruments
from keyreel.durations import parse_period
from keyreel.intake.egress import EgressClient
from keyreel.worker.loop import Worker, WorkerSettings
from keyreel.worker.webhooks.requests import LinkSettings, WebhookRequestBuilder
from keyreel.worker.webhooks.sender import WebhookSender, WebhookSenderSettings

if TYPE_CHECKING:
    from keyreel.cli.local.node.installation import Installation


def build_worker(installation: Installation) -> Worker:
    """Build the worker, which claims and renders tasks once it runs."""
    return Worker(
        installation.store,
        installation.pending_files,
        installation.intake,
        settings=_build_worker_settings(installation),
        random=SystemRandom(),
    )


def build_webhook_sender(installation: Installation) -> WebhookSender:
    """Build what delivers webhooks once it runs."""
    settings, random = installation.settings, SystemRandom()
    links = LinkSettings(installation.signer, settings.link_seconds, settings.public_url)
    return WebhookSender(
        installation.store,
        # With name lookups of its own: receivers whose names resolve slowly are not to hold up images.
        EgressClient(build_destinations(settings)),
        WebhookRequestBuilder(links, installation.webhook_secrets, random),
        settings=WebhookSenderSettings(
            settings.callback_schedule, settings.callback_timeout, tracer=installation.tracer
        ),
        random=random,
    )


def _build_worker_settings(installation: Installation) -> WorkerSettings:
    settings = installation.settings
    return WorkerSettings(
        folder=settings.data / "work",
        node=installation.node,
        version=keyreel.__version__,
        engines=settings.engine_settings,
        render_timeout_seconds=settings.render_timeout,
        below_bar=settings.below_bar,
        producer=settings.producer,
        watermark_text=settings.watermark_text,
        credentials=installation.credentials,
        instruments=open_instruments(settings.data, settings.soundfont),
        off_peak=settings.off_peak_windows,
        retention_periods=settings.retention_periods,
        tracer=installation.tracer,
        dev=settings.dev,
        kernel_guards=settings.kernel_guards,
        engine_wait=parse_period(settings.engine_wait),
        preload=settings.preload,
    )
