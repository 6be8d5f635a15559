"""Who sends wrong keys is slowed down; who sends a right one never."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyreel.errors import RateLimited
from keyreel.server.app import create_app
from keyreel.server.connections.limits import ConnectionLimits
from keyreel.server.requests.failed_keys import FAILURES_A_MINUTE, FailedKeys
from keyreel.testing import ManualClock
from support.bounded_servers import RunningServer
from support.requests import AUTH

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

BALANCE = "/v1/user/balance"


def exhaust(failed_keys: FailedKeys, host: str) -> None:
    for _ in range(FAILURES_A_MINUTE):
        failed_keys.count_failure(host, "unknown")


@pytest.mark.parametrize("path", [BALANCE, "/v1/admin/keys", "/v3/async/task-result?task_id=1"])
def test_wrong_keys_get_429_and_a_right_one_its_answer(client: TestClient, path: str) -> None:
    wrong = {"Authorization": "Bearer kr_guessed"}
    statuses = [client.get(path, headers=wrong).status_code for _ in range(FAILURES_A_MINUTE)]
    assert set(statuses) <= {401, 403}
    refused = client.get(path, headers=wrong)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert client.get(BALANCE, headers={"Authorization": ""}).status_code == 429
    assert client.get(BALANCE, headers=AUTH).status_code == 200


def test_behind_a_proxy_on_this_machine_the_clients_addresses_count(platform: Platform) -> None:
    ask = (
        b"GET /v1/user/balance HTTP/1.1\r\nHost: a\r\n"
        b"X-Forwarded-For: spoofed, %b\r\nConnection: close\r\n\r\n"
    )
    with RunningServer.start(create_app(platform.services), ConnectionLimits(50)) as server:
        for _ in range(FAILURES_A_MINUTE):
            assert b"MISSING_API_KEY" in server.ask(ask % b"198.51.100.1")
        assert b" 429 " in server.ask(ask % b"198.51.100.1")
        assert b"MISSING_API_KEY" in server.ask(ask % b"198.51.100.2")


def test_a_minute_later_it_starts_again() -> None:
    clock = ManualClock()
    failed_keys = FailedKeys(clock)
    exhaust(failed_keys, "192.0.2.1")
    clock.advance(30)
    with pytest.raises(RateLimited) as refused:
        failed_keys.count_failure("192.0.2.1", "unknown")
    assert refused.value.retry_after_seconds == 30
    failed_keys.count_failure("192.0.2.2", "unknown")
    clock.advance(30)
    failed_keys.count_failure("192.0.2.1", "unknown")


@pytest.mark.parametrize(
    ("host", "same", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),
        ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
        ("fe80::1%eth0", "fe80::2%eth1", "fe80:0:0:1::1"),
        ("", "", "unknown"),
    ],
)
def test_a_customers_ipv6_network_counts_as_one_address(host: str, same: str, other: str) -> None:
    failed_keys = FailedKeys(ManualClock())
    exhaust(failed_keys, host)
    with pytest.raises(RateLimited):
        failed_keys.count_failure(same, "unknown")
    failed_keys.count_failure(other, "unknown")


def test_of_many_addresses_the_oldest_are_forgotten() -> None:
    failed_keys = FailedKeys(ManualClock())
    exhaust(failed_keys, "192.0.2.1")
    for number in range(10_000):
        failed_keys.count_failure(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "unknown")
    failed_keys.count_failure("192.0.2.1", "unknown")
