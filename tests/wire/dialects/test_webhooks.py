"""What a callback carries: the body of each format, and both signatures against a vector and a library."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from keyreel.task import TaskState
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from keyreel.wire.dialects.webhooks import (
    WebhookEvent,
    build_native_headers,
    build_standard_headers,
    has_native_signature,
)
from keyreel.wire.endpoints.catalogue import get_endpoint
from support.wire import LINKS, NOON, request, task

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import Dialect

KIND = get_endpoint("q2-pro-img2video")
URL = "http://127.0.0.1:8080/vidu/callback?name=james&age=36"
DATE = datetime(2025, 5, 6, 12, 9, 42, tzinfo=UTC)
NONCE = "123e4567-e89b-12d3-a456-426614174000"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def told(name: str, state: TaskState = TaskState.SUCCEEDED) -> dict[str, object]:
    done = task(KIND, state)
    links = LINKS if state is TaskState.SUCCEEDED else None
    return find_dialect(name).build_webhook_payload(WebhookEvent("evt_7_1", NOON), done, request(KIND), links)


def test_the_native_signature_is_that_of_the_documented_example() -> None:
    assert build_native_headers("vda_test_key", URL, DATE, NONCE) == {
        "Date": "Tue, 06 May 2025 12:09:42 GMT",
        "x-request-nonce": NONCE,
        "X-HMAC-SIGNED-HEADERS": "Date;x-request-nonce",
        "X-HMAC-ALGORITHM": "hmac-sha256",
        "X-HMAC-ACCESS-KEY": "vidu",
        "X-HMAC-SIGNATURE": "uDl3Wvgx6utIjKWRnCyt4OhsefE06Qj8cCg41RV4aeE=",
    }


@pytest.mark.parametrize(
    ("key", "url"),
    [("other", URL), ("vda_test_key", URL + "7"), ("vda_test_key", "http://127.0.0.1:8080/")],
)
def test_the_native_signature_is_of_one_key_and_one_address(key: str, url: str) -> None:
    headers = build_native_headers("vda_test_key", URL, DATE, NONCE)
    assert has_native_signature("vda_test_key", URL, headers)
    assert has_native_signature("vda_test_key", URL, {name.lower(): value for name, value in headers.items()})
    assert not has_native_signature(key, url, headers)
    assert not has_native_signature("vda_test_key", URL, {**headers, "Date": "Tue, 06 May 2025 12:09:43 GMT"})


def test_an_address_without_a_path_is_signed_as_its_root() -> None:
    bare = build_native_headers("k", "https://example.com", DATE, NONCE)
    assert bare == build_native_headers("k", "https://example.com/", DATE, NONCE)


def test_standard_webhooks_own_library_verifies_what_is_signed() -> None:
    now, body = datetime.now(UTC), '{"text": "ünï 😀"}'
    headers = build_standard_headers(SECRET, "evt_7_1", now, body)
    assert headers["webhook-id"] == "evt_7_1"
    assert Webhook(SECRET).verify(body, headers) == {"text": "ünï 😀"}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body + " ", headers)


def test_the_async_format_wraps_the_result_and_names_the_webhook() -> None:
    body = told("async_v3")
    payload = body["payload"]
    assert body["event_type"] == "ASYNC_TASK_RESULT"
    assert isinstance(payload, dict)
    assert payload["extra"].pop("webhook") == {"url": request(KIND).webhook_url}
    assert payload == find_dialect("async_v3").build_result_response(
        task(KIND, TaskState.SUCCEEDED), request(KIND), LINKS, 0
    )


@pytest.mark.parametrize("name", ["vtrix", "native", "comfy"])
def test_other_formats_send_what_a_poll_shows(name: str) -> None:
    polled = find_dialect(name).build_result_response(
        task(KIND, TaskState.SUCCEEDED), request(KIND), LINKS, 0
    )
    assert told(name) == polled


def test_the_videos_format_sends_an_event_object() -> None:
    body = told("openai_videos", TaskState.FAILED)
    assert (body["object"], body["type"], body["id"]) == ("event", "video.failed", "evt_7_1")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_every_format_tells_every_end(dialect: Dialect) -> None:
    assert {state for state in TaskState if state.is_final} <= dialect.webhook_policy.states
    assert dialect.webhook_policy.schedule[0] == 0
    native = dialect.name in {"native", "comfy"}
    assert (TaskState.RUNNING in dialect.webhook_policy.states) == native
    assert dialect.webhook_policy.signs_with_api_key == (native or dialect.name == "vtrix")


@pytest.mark.parametrize(("name", "retries", "seconds"), [("async_v3", 5, 5.0), ("native", 3, 15.0)])
def test_documented_retries_are_the_default(name: str, retries: int, seconds: float) -> None:
    reporting = find_dialect(name).webhook_policy
    assert (len(reporting.schedule) - 1, reporting.timeout_seconds) == (retries, seconds)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_a_receiver_that_is_down_for_an_hour_still_hears(dialect: Dialect) -> None:
    assert 0.9 * sum(dialect.webhook_policy.schedule) > 3600
