"""Limits over HTTP: how they are told, and what a refused client reads in each format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from keyreel.cli.local.composition import open_platform
from keyreel.server.app import create_app
from keyreel.server.requests.rate_limit import RateLimiter
from keyreel.settings import read_settings
from keyreel.tasks.accounts.quotas import OwnerQuotas, Quotas
from keyreel.testing import ManualClock
from support.requests import AUTH, KEY
from support.submits import SUBMITS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyreel.cli.local.composition import Platform

SUBMIT = SUBMITS["async_v3"]
POLL = "/v3/async/task-result?task_id=1"


def at_most(rpm: int, name: str = "key_1") -> tuple[OwnerQuotas, ...]:
    return (OwnerQuotas("key", name, Quotas(rpm=rpm)), OwnerQuotas("tenant", "ann", Quotas()))


def test_in_any_minute_there_are_so_many_submits() -> None:
    clock = ManualClock()
    rates = RateLimiter(clock)
    taken = list[bool]()
    for _ in range(6):
        standing = rates.count_submit(at_most(3))
        assert standing
        taken.append(standing.allowed)
        clock.advance(10)
    assert taken == [True, True, True, False, False, False]
    standing = rates.count_submit(at_most(3))
    assert standing
    assert (standing.allowed, standing.remaining, standing.reset_seconds) == (True, 0, 10)


def test_the_tightest_limit_is_reported_and_a_rejected_submit_counts_nowhere() -> None:
    rates = RateLimiter(ManualClock())
    key, tenant = OwnerQuotas("key", "key_1", Quotas(rpm=9)), OwnerQuotas("tenant", "ann", Quotas(rpm=2))
    for left in (1, 0):
        standing = rates.count_submit((key, tenant))
        assert standing
        assert (standing.owner, standing.remaining, standing.allowed) == (tenant, left, True)
    for _ in range(20):
        refused = rates.count_submit((key, tenant))
        assert refused
        assert not refused.allowed
    alone = rates.count_submit((key,))
    assert alone
    assert alone.remaining == 6


def test_a_clock_that_is_turned_back_locks_nobody_out() -> None:
    clock = ManualClock()
    rates = RateLimiter(clock)
    for _ in range(2):
        rates.count_submit(at_most(2))
    clock.advance(-86400)
    standing = rates.count_submit(at_most(2))
    assert standing
    assert standing.allowed


def test_who_has_no_rate_is_told_none(client: TestClient) -> None:
    answer = client.post(SUBMIT[0], json=SUBMIT[1])
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("ratelimit")]
    assert RateLimiter(ManualClock()).count_submit(at_most(0)) is None


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Platform]:
    settings = read_settings(data=tmp_path, api_key=KEY, engines=("keyreel.testing:CardEngine",), rpm=2)
    with open_platform(settings, ("http://testserver",)) as opened:
        yield opened


@pytest.fixture
def narrow(limited: Platform) -> Iterator[TestClient]:
    with TestClient(create_app(limited.services), headers=AUTH) as opened:
        yield opened


WORDS = {
    "async_v3": ("reason", "RATE_LIMIT_EXCEEDED"),
    "vtrix": ("code", "002016001"),
    "native": ("reason", "TooManyRequests"),
    "comfy": ("reason", "TooManyRequests"),
}


@pytest.mark.parametrize("name", SUBMITS)
def test_one_submit_too_many_is_429_in_the_formats_words_and_polls_go_on(
    narrow: TestClient, name: str
) -> None:
    path, body = SUBMITS[name]
    for left in (1, 0):
        answer = narrow.post(path, json=body)
        assert answer.status_code == 200, answer.text
        assert answer.headers["RateLimit-Policy"] == '"submits";q=2;w=60'
        assert answer.headers["RateLimit"].startswith(f'"submits";r={left};t=')
        assert (answer.headers["RateLimit-Limit"], answer.headers["RateLimit-Remaining"]) == ("2", str(left))
    refused = narrow.post(path, json=body)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Remaining"] == "0"
    if name == "openai_videos":
        error = refused.json()["error"]
        assert (error["type"], error["code"]) == ("rate_limit_error", "rate_limit_exceeded")
    else:
        field, word = WORDS[name]
        assert refused.json()[field] == word
    for _ in range(5):
        assert narrow.get(POLL).status_code == 404


def test_other_refusals_tell_the_rate_too(narrow: TestClient) -> None:
    answer = narrow.post(SUBMIT[0], json={})
    assert answer.status_code == 400
    assert answer.headers["RateLimit-Remaining"] == "1"
    assert (
        "RateLimit-Remaining" not in narrow.post(SUBMIT[0], json={}, headers={"Authorization": "x"}).headers
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("async_v3", "RATE_LIMIT_EXCEEDED"),
        ("vtrix", "002016002"),
        ("native", "QuotaExceeded"),
        ("openai_videos", "insufficient_quota"),
    ],
)
def test_a_spent_day_is_told_until_when(
    platform: Platform, client: TestClient, name: str, words: str
) -> None:
    services = platform.services
    _, key = services.keys.create("studio", quotas=Quotas(daily_credits=1))
    path, body = SUBMITS[name]
    answer = client.post(path, json=body, headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, words in answer.text) == (429, True)
    assert int(answer.headers["Retry-After"]) > 0
    assert services.store.list("studio") == ()
