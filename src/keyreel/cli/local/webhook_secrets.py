"""What an installation signs webhooks with."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from keyreel.cli.local.installation_secrets import WEBHOOK_KEY
from keyreel.storage.signed_urls import load_or_create_secret
from keyreel.tasks.webhooks.secrets import WebhookSecrets

if TYPE_CHECKING:
    from keyreel.settings import Settings
    from keyreel.storage.secret_files import SecretStore


def open_webhook_secrets(settings: Settings, kept: SecretStore) -> WebhookSecrets:
    """Open the installation's secret, which is made where there is none."""
    secret = load_or_create_secret(kept, WEBHOOK_KEY)
    return WebhookSecrets(secret, settings.webhook_secret.get_secret_value())


def make_unkept_webhook_secrets() -> WebhookSecrets:
    """Make a secret that is written nowhere, for work that signs nothing and changes no folder."""
    return WebhookSecrets(secrets.token_bytes(32))
