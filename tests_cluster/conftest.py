"""An object store for all tests of a file, and a proxy in front of it that can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from support.faulty_proxy import FaultyProxy, run_faulty_proxy
from support.object_stores import ObjectStore

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    with ObjectStore.run() as running:
        yield running


@pytest.fixture
def faulty_store(object_store: ObjectStore) -> Iterator[FaultyProxy]:
    """Stand between Keyreel and the object store."""
    with run_faulty_proxy(urlsplit(object_store.address).port or 0) as proxy:
        yield proxy
