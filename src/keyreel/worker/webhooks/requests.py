"""Notices: what is sent for a delivery, written and signed anew for each attempt. Sends nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

import httpx

from keyreel.tasks.presentation import signed_links, stored_endpoint
from keyreel.wire.dialects.registry import find_dialect
from keyreel.wire.dialects.webhooks import Event, native_headers, standard_headers

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from keyreel.storage.signed_urls import Signer
    from keyreel.task import State, Task
    from keyreel.tasks.webhooks.deliveries import Delivery
    from keyreel.tasks.webhooks.secrets import Vault


@dataclass(frozen=True, slots=True)
class Notice:
    """One request to a receiver."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Links:
    """How links in notices are made; without a public address, the one that the submit came to is used."""

    signer: Signer
    seconds: int
    public_url: str = ""


class Notices:
    """Writes notices. `random` must be fit for secrets (`random.SystemRandom`)."""

    def __init__(self, links: Links, vault: Vault, random: Random) -> None:
        self._links = links
        self._vault = vault
        self._random = random

    def write(self, delivery: Delivery, task: Task, now: datetime) -> Notice:
        """Write what the receiver is told now: fresh links, a fresh time, the event's own id."""
        spoken = find_dialect(task.submission.dialect)
        told = _as_told(task, delivery.state)
        base = self._links.public_url or delivery.base
        links = signed_links(told, self._links.signer, base, self._links.seconds)
        event = Event(delivery.id, delivery.created)
        content = spoken.event(event, told, stored_endpoint(task), links)
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        # As it goes out: the native signature covers path and query.
        url = str(httpx.URL(delivery.url))
        headers = {"Content-Type": "application/json"}
        headers |= standard_headers(self._vault.secret_of(delivery.tenant), delivery.id, now, body)
        key = self._vault.open(delivery.sealed_key, delivery.tenant)
        if key:
            headers |= native_headers(key, url, now, str(self._nonce()))
        return Notice(url, body.encode(), headers)

    def _nonce(self) -> UUID:
        return UUID(bytes=self._random.randbytes(16), version=4)


def _as_told(task: Task, state: State) -> Task:
    """Return the task as it was when it came into a state that may be over by now."""
    if state.final:
        return task
    progress = 0.0 if task.state.final else task.progress
    words = replace(task, reason="", fault="", video="", cover="", video_sha256="", fingerprint="", size="")
    return replace(words, state=state, progress=progress, finished=None, charged=0, notes=())
