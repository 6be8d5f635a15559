"""What a receiver of webhooks can tell of a delivery."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from keyreel import InvalidSetting, WebhookForged, webhooks
from keyreel.wire.dialects.webhooks import build_standard_headers

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
BODY = '{"state": "success", "id": "7"}'


def sign(body: str = BODY, age: timedelta = timedelta(0)) -> dict[str, str]:
    return build_standard_headers(SECRET, "msg_1", datetime.now(UTC) - age, body)


def test_a_genuine_delivery_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    shouted = {name.upper(): value for name, value in sign().items()}
    assert webhooks.verify(shouted, BODY.encode(), SECRET) == {"state": "success", "id": "7"}
    monkeypatch.setenv("KEYREEL_WEBHOOK_SECRET", SECRET)
    assert webhooks.verify(sign(), BODY)["id"] == "7"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (sign(), BODY.replace("7", "8")),
        ({**sign(), "webhook-id": "msg_2"}, BODY),
        ({}, BODY),
        ({**sign(), "webhook-signature": "v1,AAAA"}, BODY),
        ({**sign(), "webhook-timestamp": "soon"}, BODY),
        (sign(age=timedelta(minutes=6)), BODY),
        (sign("no json"), "no json"),
    ],
)
def test_any_other_is_refused(headers: dict[str, str], body: str) -> None:
    with pytest.raises(WebhookForged):
        webhooks.verify(headers, body, SECRET)


@pytest.mark.parametrize("secret", ["", "whsec_???"])
def test_a_secret_that_is_none_is_a_fault_of_the_receiver(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KEYREEL_WEBHOOK_SECRET", raising=False)
    with pytest.raises(InvalidSetting, match="secret"):
        webhooks.verify(sign(), BODY, secret)
