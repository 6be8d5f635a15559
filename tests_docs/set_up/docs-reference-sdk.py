import os
from datetime import UTC, datetime
from types import SimpleNamespace

import standardwebhooks

os.environ["KEYREEL_WEBHOOK_SECRET"] = _secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_now = datetime.now(UTC)
_headers = {
    "webhook-id": "evt_1",
    "webhook-timestamp": str(int(_now.timestamp())),
    "webhook-signature": standardwebhooks.Webhook(_secret).sign("evt_1", _now, "{}"),
}
request = SimpleNamespace(headers=_headers, body="{}")
