"""Builds the signed request of a webhook delivery, anew for each attempt. It sends nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

import httpx

from keyreel.tasks.presentation import parse_stored_request, sign_links
from keyreel.wire.dialects.registry import find_dialect
from keyreel.wire.dialects.webhooks import WebhookEvent, build_native_headers, build_standard_headers

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from keyreel.storage.signed_urls import LinkSigner
    from keyreel.task import Task, TaskState
    from keyreel.tasks.webhooks.deliveries import Delivery
    from keyreel.tasks.webhooks.secrets import WebhookSecrets


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One request to a receiver."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How links in webhooks are made; without a public URL, the one that the submit came to is used."""

    signer: LinkSigner
    seconds: int
    public_url: str = ""


class WebhookRequestBuilder:
    """Builds requests. `random` must be fit for secrets (`random.SystemRandom`)."""

    def __init__(self, links: LinkSettings, secrets: WebhookSecrets, random: Random) -> None:
        self._links = links
        self._secrets = secrets
        self._random = random

    def build_request(self, delivery: Delivery, task: Task, now: datetime) -> WebhookRequest:
        """Build the request of an attempt at `now`: fresh links and signatures, the event's own id."""
        wire_format = find_dialect(task.submission.dialect)
        task_then = _rewind_to_event(task, delivery.state)
        base_url = self._links.public_url or delivery.base
        signer = self._links.signer.for_owner(task.submission.key_id)
        links = sign_links(task_then, signer, base_url, self._links.seconds)
        event = WebhookEvent(delivery.id, delivery.created)
        content = wire_format.build_webhook_payload(event, task_then, parse_stored_request(task), links)
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        # As it is sent: the native signature covers path and query.
        url = str(httpx.URL(delivery.url))
        headers = {"Content-Type": "application/json"}
        headers |= build_standard_headers(self._secrets.get_secret(delivery.tenant), delivery.id, now, body)
        key = self._secrets.unseal(delivery.sealed_key, delivery.tenant)
        if key:
            headers |= build_native_headers(key, url, now, str(self._make_nonce()))
        return WebhookRequest(url, body.encode(), headers)

    def _make_nonce(self) -> UUID:
        return UUID(bytes=self._random.randbytes(16), version=4)


def _rewind_to_event(task: Task, state: TaskState) -> Task:
    """Return the task as it was when it entered a state, which it may have left since."""
    if state.is_final:
        return task
    progress = 0.0 if task.state.is_final else task.progress
    cleared = replace(task, reason="", fault="", video="", cover="", video_sha256="", fingerprint="", size="")
    return replace(cleared, state=state, progress=progress, finished=None, charged=0, notes=())
