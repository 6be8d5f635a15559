"""What webhooks are signed with: each tenant's secret, and API keys encrypted until they have signed."""

from __future__ import annotations

import base64
import hmac
import os
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

DEFAULT_TENANT: Final = "default"

_NONCE_BYTES: Final = 12
"""As AES-GCM takes it (NIST SP 800-38D)."""


class WebhookSecrets:
    """Derives from one secret of the data folder; `default_secret` (`whsec_…`) is the default tenant's."""

    def __init__(self, secret: bytes, default_secret: str = "") -> None:
        self._secret = secret
        self._default_secret = default_secret
        self._cipher = AESGCM(self._derive_key("api keys"))

    def get_secret(self, tenant: str) -> str:
        """Return what a tenant's deliveries are signed with, the same for as long as the folder lives."""
        if tenant == DEFAULT_TENANT and self._default_secret:
            return self._default_secret
        return "whsec_" + base64.b64encode(self._derive_key(f"callbacks of {tenant}")).decode()

    def seal(self, key: str, tenant: str) -> str:
        """Encrypt an API key, so that the database alone gives it to nobody."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, key.encode(errors="replace"), tenant.encode())
        return base64.b64encode(nonce + sealed).decode()

    def unseal(self, sealed: str, tenant: str) -> str:
        """Decrypt an API key; empty where there is none, or the folder's secret is another one now."""
        data = base64.b64decode(sealed)
        if not data:
            return ""
        try:
            return self._cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], tenant.encode()).decode()
        except InvalidTag:
            return ""

    def _derive_key(self, purpose: str) -> bytes:
        return hmac.new(self._secret, f"keyreel {purpose}".encode(), sha256).digest()
