"""Tenants and keys on the command line, beside a server and without one."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from support.commands import CARDS, keyreel
from support.servers import Server
from support.submits import PARAMS, SUBMITS

if TYPE_CHECKING:
    from pathlib import Path

PATH = SUBMITS["async_v3"][0]


def told(*arguments: object) -> Any:
    done = keyreel(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def account(data: Path) -> str:
    """Make a tenant with two keys, limit and grant it; return one of the keys."""
    at = ("--data", data)
    told("tenants", "create", "studio", "--notes", "editors", "--running", 4, *at)
    key = told("keys", "create", "--tenant", "studio", "--scope", "submit", "--rpm", 9, "--queued", 1, *at)
    assert (key["scopes"], key["rpm"], key["queued"], key["running"]) == (["submit"], 9, 1, None)
    assert told("keys", "limit", key["id"], "--daily-credits", 100, *at)["daily_credits"] == 100
    assert told("tenants", "limit", "studio", "--running", 0, *at)["running"] == 0
    assert told("tenants", "limit", "studio", "--storage", "20GiB", *at)["storage_bytes"] == 20 << 30
    for _ in range(2):
        assert told("tenants", "grant", "studio", 50, "--txn", "invoice-7", *at)["credits"] == 50
    assert told("tenants", "grant", "studio", "-5", *at)["credits"] == 45
    default, studio = told("tenants", "list", *at)
    assert (default["name"], default["prepaid"]) == ("default", False)
    assert (studio["name"], studio["notes"], studio["prepaid"]) == ("studio", "editors", True)
    assert [each["id"] for each in told("keys", "list", *at)] == [key["id"]]
    return str(key["key"])


def test_tenants_and_keys_are_kept_beside_a_running_server(tmp_path: Path) -> None:
    server = Server.start(tmp_path, KEYREEL_WORKER="0", **CARDS)
    mine = {"Authorization": f"Bearer {account(tmp_path)}"}
    answers = [server.call("POST", PATH, json=PARAMS, headers=mine) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[0].headers["RateLimit-Limit"] == "9"
    assert server.stop() == 0


def test_tenants_and_keys_are_kept_without_a_server(tmp_path: Path) -> None:
    told("keys", "create", "--tenant", "studio", "--new-tenant", "--daily-credits", 100, "--data", tmp_path)
    granted = keyreel("tenants", "grant", "studio", 45, "--data", tmp_path).stdout
    assert "Credits: 45 available" in granted
    assert "is prepaid" in granted
    assert "studio" in keyreel("tenants", "list", "--data", tmp_path).stdout
    assert "100 credits a day" in keyreel("keys", "list", "--data", tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("tenants", "create", "two words"), "tenant"),
        (("tenants", "grant", "nobody", "5"), "nobody"),
        (("tenants", "limit", "nobody", "--rpm", "5"), "nobody"),
        (("keys", "create", "--tenant", "default", "--scope", "everything"), "scopes"),
        (("keys", "create", "--tenant", "nobody"), "nobody"),
        (("keys", "revoke", "key_unknown"), "key_unknown"),
        (("tenants", "disable", "nobody"), "nobody"),
        (("tenants", "grant", "default", "5", "--txn", ""), "txn"),
        (("callbacks", "secret", "--tenant", "nobody"), "nobody"),
        (("callbacks", "list", "--task", "17"), "17"),
        (("keys", "limit", "key_unknown", "--rpm", "5"), "key_unknown"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    keyreel("tenants", "create", "studio", "--data", tmp_path)
    failed = keyreel(*arguments, "--data", tmp_path)
    assert failed.returncode == 1
    assert words in failed.stderr
    assert "Traceback" not in failed.stderr


def test_an_account_is_disabled_granted_and_read_of_without_a_server(tmp_path: Path) -> None:
    at = ("--data", tmp_path)
    told("tenants", "create", "studio", *at)
    said = keyreel("tenants", "grant", "studio", 5, "--txn", "invoice-7", *at).stdout
    assert "was postpaid, without a limit, until now" in said
    other = keyreel("tenants", "grant", "studio", 6, "--txn", "invoice-7", *at)
    assert (other.returncode, "5 credits" in other.stderr) == (1, True)
    assert told("tenants", "disable", "studio", "--cancel", *at)["cancelled"] == 0
    assert told("tenants", "enable", "studio", *at)["disabled"] is None
    entries = told("audit", "--tenant", "studio", "--since", "1h", *at)
    assert [each["action"] for each in entries] == [
        "tenant.enabled",
        "tenant.disabled",
        "credits.granted",
        "tenant.created",
    ]
    assert {each["address"] for each in entries} == {""}
    assert f"uid {os.getuid()}" in entries[0]["actor"]
    assert told("audit", "--verify", *at)["ok"]
    assert f"intact: {len(entries)} entries" in keyreel("doctor", *at).stdout
