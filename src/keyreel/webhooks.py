"""Webhooks as their receiver sees them: whether a delivery is genuine. Sends and receives nothing."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING, Any

from keyreel.errors import InvalidSetting, WebhookForged

if TYPE_CHECKING:
    from collections.abc import Mapping


def verify(headers: Mapping[str, str], body: bytes | str, secret: str | None = None) -> Any:
    """Return the JSON of a delivery that was signed with the tenant's secret, as Standard Webhooks describes.

    ```python
    event = keyreel.webhooks.verify(request.headers, request.body)
    ```

    `headers` may have any case, `body` must be the bytes as they came. The secret begins with `whsec_`;
    without one, KEYREEL_WEBHOOK_SECRET counts. A delivery that is repeated has the same `webhook-id`.

    Raises:
        WebhookForged: it was not signed with this secret, more than five minutes ago, or changed on the way.
        InvalidSetting: there is no secret, or it is none.
    """
    from standardwebhooks import Webhook, WebhookVerificationError

    chosen = secret or os.environ.get("KEYREEL_WEBHOOK_SECRET", "")
    if not chosen:
        raise InvalidSetting("secret: pass the signing secret, or set KEYREEL_WEBHOOK_SECRET.")
    webhook = Webhook(_decode(chosen))
    given = {name.lower(): value for name, value in headers.items()}
    try:
        return webhook.verify(body, given)
    except (WebhookVerificationError, ValueError) as error:
        raise WebhookForged(f"This delivery is not genuine: {error}.") from None


def _decode(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_") + "==", validate=True)
    except ValueError:
        key = b""
    if not key:
        raise InvalidSetting("secret: must be whsec_ and base64.")
    return key
