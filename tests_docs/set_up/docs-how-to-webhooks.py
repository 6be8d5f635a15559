from datetime import UTC, datetime

import standardwebhooks

secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"state": "success"}'
_now = datetime.now(UTC)
headers = {
    "webhook-id": "evt_1",
    "webhook-timestamp": str(int(_now.timestamp())),
    "webhook-signature": standardwebhooks.Webhook(secret).sign("evt_1", _now, body),
}
