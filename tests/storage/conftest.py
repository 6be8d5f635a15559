"""One storage of each kind. Moto is installed where the tests of many machines run: there a bucket is one."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from keyreel.clock import SystemClock
from keyreel.storage.bucket.opening import open_bucket
from keyreel.storage.local.storage import LocalStorage
from keyreel.storage.memory import open_memory_storage
from support.object_stores import ObjectStore, describe_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyreel.storage.objects import ObjectStorage

KINDS = ["local", "memory", *(["bucket"] if find_spec("moto") else [])]


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    with ObjectStore.run() as running:
        yield running


@pytest.fixture(params=KINDS)
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectStorage:
    if request.param == "local":
        return LocalStorage.open(tmp_path / "files")
    if request.param == "memory":
        return open_memory_storage()
    store: ObjectStore = request.getfixturevalue("object_store")
    for name, value in describe_store(store.address).items():
        monkeypatch.setenv(name, value)
    return open_bucket(f"s3://{store.make_bucket()}/some/folder", SystemClock())
