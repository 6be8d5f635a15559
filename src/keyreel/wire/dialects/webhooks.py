"""Webhooks: what a format promises about deliveries, and the signature headers of each. Sends nothing."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from keyreel.task import TaskState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

DEFAULT_SCHEDULE: Final = (0.0, 5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 36_000.0)
"""Standard Webhooks' own proposal: seconds before each attempt, counted from the end of the one before."""

FINAL_STATES: Final = frozenset(state for state in TaskState if state.is_final)

_ACCESS_KEY: Final = "vidu"
_ALGORITHM: Final = "hmac-sha256"
_SIGNED_HEADERS: Final = ("Date", "x-request-nonce")


@dataclass(frozen=True, slots=True)
class WebhookPolicy:
    """What a format promises about webhooks; what its pages leave open is as in Standard Webhooks."""

    states: frozenset[TaskState] = FINAL_STATES
    """States that are delivered."""
    schedule: tuple[float, ...] = DEFAULT_SCHEDULE
    """Seconds before each attempt, counted from the end of the one before; the first from the event."""
    timeout_seconds: float = 15.0
    """Seconds that one attempt may take in all."""
    signs_with_api_key: bool = False
    """Whether the submitting API key signs too."""


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """A change of a task's state; `id` is the same in every attempt to deliver it."""

    id: str
    at: datetime


def build_standard_headers(secret: str, event_id: str, at: datetime, body: str) -> dict[str, str]:
    """Return the headers of Standard Webhooks; `secret` begins with `whsec_`, `at` is the attempt's time."""
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(event_id, at, body),
    }


def build_native_headers(key: str, url: str, at: datetime, nonce: str) -> dict[str, str]:
    """Return the headers of the native format, signed with the API key. They do not cover the body."""
    signed = {"Date": format_datetime(at, usegmt=True), "x-request-nonce": nonce}
    return {
        **signed,
        "X-HMAC-SIGNED-HEADERS": ";".join(_SIGNED_HEADERS),
        "X-HMAC-ALGORITHM": _ALGORITHM,
        "X-HMAC-ACCESS-KEY": _ACCESS_KEY,
        "X-HMAC-SIGNATURE": _compute_native_signature(key, url, signed["Date"], signed),
    }


def has_native_signature(key: str, url: str, headers: Mapping[str, str]) -> bool:
    """Return whether a delivery to `url` bears the native signature of this key."""
    given = {name.lower(): value for name, value in headers.items()}
    names = [name for name in given.get("x-hmac-signed-headers", "").split(";") if name]
    signed = {name: given.get(name.lower(), "") for name in names}
    expected = _compute_native_signature(key, url, given.get("date", ""), signed)
    return hmac.compare_digest(expected.encode(), given.get("x-hmac-signature", "").encode())


def _compute_native_signature(key: str, url: str, date: str, signed: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    lines = ["POST", parts.path or "/", parts.query, _ACCESS_KEY, date]
    lines += [f"{name}:{value}" for name, value in signed.items()]
    text = "".join(f"{line}\n" for line in lines)
    return base64.b64encode(hmac.new(key.encode(), text.encode(), sha256).digest()).decode()
