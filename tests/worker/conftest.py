from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.plant import Plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    opened = Plant.open(tmp_path)
    yield opened
    opened.store.close()
