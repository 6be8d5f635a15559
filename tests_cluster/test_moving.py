"""A stopped installation is copied to Postgres, with its files in a bucket if that is wanted."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.audit.reading import check_chain
from keyreel.tasks.database.opening import DatabaseLocation
from support.commands import CARDS, keyreel
from support.object_stores import describe_store
from support.postgres import get_cluster
from support.servers import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.object_stores import ObjectStore

BODY = {"prompt": "a card", "duration": 1}
MODEL = "vidu-q2-text2video"
SECRET = {"KEYREEL_SECRET": "s" * 32}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A stopped installation with a task, its id, and the link to its video."""
    data = tmp_path_factory.mktemp("source")
    server = Server.start(data, **CARDS)
    task = server.submit(MODEL, BODY)
    link = server.finished(task)["videos"][0]["video_url"]
    assert server.stop() == 0
    return data, task, link.removeprefix(server.url)


@pytest.fixture
def url() -> Iterator[str]:
    made = get_cluster().create_empty()
    yield made
    get_cluster().take_back(made)


def test_a_copy_in_postgres_has_the_same_and_its_secrets_sealed(
    source: tuple[Path, str, str], url: str
) -> None:
    data, task, link = source
    refused = keyreel("migrate", "--data", data, "--to", url)
    assert refused.returncode == 2
    assert "KEYREEL_SECRET: must be set" in refused.stderr
    done = keyreel("migrate", "--data", data, "--to", url, **SECRET)
    assert done.returncode == 0, done.stderr
    shared = {**CARDS, **SECRET, "KEYREEL_DATABASE": url}
    goes_on_as_before(data, url, (task, link), shared)
    listed = json.loads(keyreel("secrets", "list", "--data", data, "--json", **shared).stdout)
    assert {"signing.key", "callbacks.key", "admin.token", "c2pa/issuer.pem"} <= {
        row["name"] for row in listed
    }


def test_files_are_copied_into_a_bucket_that_nodes_without_the_folder_read(
    source: tuple[Path, str, str], url: str, tmp_path: Path, object_store: ObjectStore
) -> None:
    data, task, link = source
    bucket = f"s3://{object_store.make_bucket()}/keyreel"
    shared = {**SECRET, **describe_store(object_store.address)}
    done = keyreel("migrate", "--data", data, "--to", url, "--storage", bucket, **shared)
    assert done.returncode == 0, done.stderr
    settings = {**CARDS, **shared, "KEYREEL_DATABASE": url, "KEYREEL_STORAGE": bucket}
    goes_on_as_before(tmp_path / "elsewhere", url, (task, link), settings)


def goes_on_as_before(data: Path, url: str, made: tuple[str, str], settings: dict[str, str]) -> None:
    """Check a copy: what was made is there, and ids, ledger and audit log go on after it."""
    task, link = made
    server = Server.start(data, **settings)
    assert server.poll(task)["task"]["status"] == "TASK_STATUS_SUCCEED"
    assert server.call("GET", link).status_code == 200
    later = server.submit(MODEL, BODY)
    assert int(later) > int(task)
    assert server.finished(later)["task"]["status"] == "TASK_STATUS_SUCCEED"
    assert server.stop() == 0
    with closing(DatabaseLocation(data, url).open_read_only()) as database:
        audit, chain = audit_ledger(database), check_chain(database)
    assert (audit.tasks, audit.problems) == (2, ())
    # The start of the source, and that of the copy.
    assert (chain.entries, chain.problems) == (2, ())
