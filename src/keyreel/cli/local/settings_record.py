"""The settings as the audit log keeps them: what differs from the defaults, and of secrets a fingerprint."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

if TYPE_CHECKING:
    from keyreel.settings import Settings


def describe_settings(settings: Settings, admin_token: str) -> dict[str, Any]:
    """Return the settings that differ from their defaults, as JSON.

    Of a secret there is only what tells that it was changed: an HMAC under the folder's admin token, so that
    the database alone does not even help to guess it.
    """
    shown = settings.model_dump(mode="json")
    described: dict[str, Any] = {"admin_token": _fingerprint("admin token", admin_token)}
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if value == field.get_default(call_default_factory=True):
            continue
        if isinstance(value, SecretStr):
            described[name] = _fingerprint(value.get_secret_value(), admin_token)
        else:
            described[name] = shown[name]
    return described


def _fingerprint(secret: str, admin_token: str) -> str:
    return "hmac " + hmac.new(admin_token.encode(), secret.encode(), sha256).hexdigest()[:8]
