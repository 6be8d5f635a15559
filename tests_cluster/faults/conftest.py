"""A fleet for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.object_stores import ObjectStore


@pytest.fixture
def fleet(tmp_path: Path, object_store: ObjectStore) -> Iterator[Fleet]:
    with Fleet.open(tmp_path, object_store) as opened:
        yield opened
