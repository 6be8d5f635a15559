"""A backup of the database is restored beside the bucket: what it has is there, and tasks go on from it."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg

from support.commands import CARDS, keyreel
from support.object_stores import describe_store
from support.postgres import PostgresCluster, find_programs, get_cluster
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from support.object_stores import ObjectStore

BODY = {"prompt": "a card", "duration": 1}
MODEL = "vidu-q2-text2video"
SUCCEEDED = "TASK_STATUS_SUCCEED"


def test_what_was_dumped_is_restored_with_its_videos_and_its_ledger(
    tmp_path: Path, object_store: ObjectStore
) -> None:
    url, restored = get_cluster().create_empty(), get_cluster().create_empty()
    settings = {
        **CARDS,
        **describe_store(object_store.address),
        "KEYREEL_STORAGE": f"s3://{object_store.make_bucket()}/keyreel",
        "KEYREEL_SECRET": "s" * 32,
    }
    server = Server.start(tmp_path / "before", **settings, KEYREEL_DATABASE=url)
    kept = server.submit(MODEL, BODY)
    link = server.finished(kept)["videos"][0]["video_url"].removeprefix(server.url)
    dump = tmp_path / "keyreel.dump"
    # While the server runs.
    run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={url}")
    lost = server.submit(MODEL, BODY)
    assert server.finished(lost)["task"]["status"] == SUCCEEDED
    assert server.stop() == 0

    run("pg_restore", "--exit-on-error", f"--dbname={restored}", str(dump))
    settings["KEYREEL_DATABASE"] = restored
    server = Server.start(tmp_path / "after", **settings)
    assert server.poll(kept)["task"]["status"] == SUCCEEDED
    assert server.call("GET", link).status_code == 200
    assert server.call("GET", f"/v3/async/task-result?task_id={lost}").status_code == 404
    assert server.finished(server.submit(MODEL, BODY))["task"]["status"] == SUCCEEDED
    assert server.stop() == 0
    verified = keyreel("ledger", "verify", "--data", tmp_path / "after", **settings)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    told = keyreel("doctor", "--data", tmp_path / "after", **settings).stdout
    assert "belong to no task of this database" in told
    with psycopg.connect(restored) as connection:
        assert connection.execute("SELECT count(*) FROM tasks").fetchone() == (2,)


def test_a_base_backup_and_the_archived_log_bring_back_any_moment(
    tmp_path: Path, object_store: ObjectStore, request: pytest.FixtureRequest
) -> None:
    running = PostgresCluster(archives=True)
    request.addfinalizer(running.remove)
    settings = {
        **CARDS,
        **describe_store(object_store.address),
        "KEYREEL_STORAGE": f"s3://{object_store.make_bucket()}/keyreel",
        "KEYREEL_SECRET": "s" * 32,
    }
    url = running.create_empty()
    server = Server.start(tmp_path / "before", **settings, KEYREEL_DATABASE=url)
    backed_up = server.submit(MODEL, BODY)
    link = server.finished(backed_up)["videos"][0]["video_url"].removeprefix(server.url)
    copy = PostgresCluster(source=running)
    request.addfinalizer(copy.remove)
    archived = server.submit(MODEL, BODY)
    assert server.finished(archived)["task"]["status"] == SUCCEEDED
    with psycopg.connect(url, autocommit=True) as operator:
        (moment,) = operator.execute("SELECT clock_timestamp()::text").fetchone() or ("",)
        lost = server.submit(MODEL, BODY)
        server.finished(lost)
        assert server.stop() == 0
        (segment,) = operator.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or ("",)
        wait_until((running.folder / f"archive-{segment}").exists)
    running.stop(signal.SIGQUIT)

    copy.recover(running, moment)
    settings["KEYREEL_DATABASE"] = copy.get_url(urlsplit(url).path.removeprefix("/"))
    with psycopg.connect(settings["KEYREEL_DATABASE"], autocommit=True) as operator:
        wait_until(lambda: operator.execute("SELECT NOT pg_is_in_recovery()").fetchone() == (True,))
    server = Server.start(tmp_path / "after", **settings)
    for task in (backed_up, archived):
        assert server.poll(task)["task"]["status"] == SUCCEEDED
    assert server.call("GET", link).status_code == 200
    assert server.call("GET", f"/v3/async/task-result?task_id={lost}").status_code == 404
    assert server.finished(server.submit(MODEL, BODY))["task"]["status"] == SUCCEEDED
    assert server.stop() == 0
    verified = keyreel("ledger", "verify", "--data", tmp_path / "after", **settings)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_without_its_lost_secret_an_installation_goes_on_with_a_new_one(tmp_path: Path) -> None:
    url = get_cluster().create_empty()
    settings = {**CARDS, "KEYREEL_DATABASE": url, "KEYREEL_SECRET": "s" * 32}
    server = Server.start(tmp_path, **settings)
    task = server.submit(MODEL, BODY)
    link = server.finished(task)["videos"][0]["video_url"].removeprefix(server.url)
    assert server.stop() == 0
    settings["KEYREEL_SECRET"] = "t" * 32
    refused = keyreel("up", "--port", 0, "--data", tmp_path, **settings)
    assert (refused.returncode, "KEYREEL_SECRET" in refused.stderr) == (2, True)
    with psycopg.connect(url) as operator:
        operator.execute("DELETE FROM sealed_secrets")
    server = Server.start(tmp_path, **settings)
    assert server.call("GET", link).is_client_error
    again = server.poll(task)["videos"][0]["video_url"].removeprefix(server.url)
    assert server.call("GET", again).status_code == 200
    assert server.finished(server.submit(MODEL, BODY))["task"]["status"] == SUCCEEDED
    assert server.stop() == 0


def run(program: str, *words: str) -> None:
    """Run a program of Postgres' to its end."""
    done = subprocess.run([find_programs() / program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
