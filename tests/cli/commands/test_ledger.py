"""The books on the command line: the same beside a server and after its crash, and nothing is changed."""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import contextmanager
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from keyreel.task import Submission, TaskState
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.database.tables import ACCOUNTS, TASKS
from keyreel.tasks.store import TaskStore
from keyreel.testing import ManualClock
from support.commands import CARDS, keyreel
from support.requests import data_uri
from support.servers import Server

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

BODY = {"images": [data_uri()], "prompt": "slow push in", "duration": 1, "resolution": "540p"}


def submission(tenant: str = "ann") -> Submission:
    return Submission(
        tenant=tenant,
        key_id="key_1",
        dialect="vtrix",
        endpoint="q2-pro-img2video",
        fields="{}",
        seed=7,
        seconds=5,
        credits=30,
    )


@contextmanager
def opened(folder: Path) -> Generator[TaskStore]:
    store = TaskStore.open(folder, ManualClock(), SystemRandom())
    try:
        yield store
    finally:
        store.close()


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_books_read_the_same_beside_a_server_and_after_its_crash(tmp_path: Path) -> None:
    server = Server.start(tmp_path, **CARDS)
    task_id = server.submit("vidu-q2-pro-img2video", BODY)
    server.finished(task_id)
    commands = (
        ("ledger", "verify", "--json", "--data", tmp_path),
        ("ledger", "export", "--json", "--data", tmp_path),
        ("usage", "--json", "--data", tmp_path),
    )
    beside = [keyreel(*command) for command in commands]
    server.kill()
    after = [keyreel(*command) for command in commands]
    assert [(each.returncode, each.stdout) for each in beside] == [
        (each.returncode, each.stdout) for each in after
    ]
    verified, exported, used = (each.stdout for each in after)
    assert json.loads(verified) == {"ok": True, "tasks": 1, "open_holds": 0, "problems": []}
    sums: dict[str, int] = defaultdict(int)
    for posting in lines(exported):
        sums[posting["txn"]] += posting["amount"]
    assert set(sums.values()) == {0}
    assert {each["kind"] for each in lines(exported)} == {"hold", "charge"}
    (task,) = json.loads(used)["tasks"]
    assert task == {
        "task_id": task_id,
        "tenant": "default",
        "status": "succeeded",
        "charges": 1,
        "credits": lines(exported)[-1]["amount"],
        "engine_credits": 0.0,
    }


def test_looking_changes_nothing_of_a_task_that_ran_when_the_server_died(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        task = store.accept(submission())
        assert store.queue.claim("worker", 60)
    before = (tmp_path / "keyreel.db").read_bytes()
    used = json.loads(keyreel("usage", "--json", "--data", tmp_path).stdout)
    nothing = {"charges": 0, "credits": 0, "engine_credits": 0.0}
    assert used["tasks"] == [{"task_id": task.id, "tenant": "ann", "status": "running", **nothing}]
    assert json.loads(keyreel("ledger", "verify", "--json", "--data", tmp_path).stdout)["open_holds"] == 1
    assert (tmp_path / "keyreel.db").read_bytes() == before


def test_books_that_are_wrong_end_with_1_and_say_where(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        task = store.accept(submission())
        with store.database.write() as connection:
            connection.execute(update(TASKS).values(state=TaskState.SUCCEEDED))
            connection.execute(update(ACCOUNTS).values(balance=ACCOUNTS.c.balance + 1))
    done = keyreel("ledger", "verify", "--json", "--data", tmp_path)
    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"]) == (1, False)
    assert any(task.id in problem for problem in found["problems"])
    assert any("tenant:ann:free" in problem for problem in found["problems"])
    assert task.id in keyreel("ledger", "verify", "--data", tmp_path).stdout


def test_usage_reads_well_and_can_be_asked_for_one_tenant(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        TenantStore(store.database, store.clock).create("bob")
        ann, bob = store.accept(submission("ann")), store.accept(submission("bob"))
    shown = keyreel("usage", "--tenant", "bob", "--data", tmp_path).stdout
    assert bob.id in shown
    assert ann.id not in shown
    assert "1 task, 0 credits ($0.000)" in shown


def test_a_held_folder_whose_server_is_silent_is_read_all_the_same(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.accept(submission())
        done = keyreel("ledger", "verify", "--json", "--data", tmp_path)
        assert json.loads(done.stdout)["tasks"] == 1
        assert len(lines(keyreel("ledger", "export", "--json", "--data", tmp_path).stdout)) == 2


@pytest.mark.parametrize("command", [("ledger", "verify"), ("ledger", "export"), ("usage",)])
def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = keyreel(*command, "--json", "--data", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert not (tmp_path / "nowhere").exists()
