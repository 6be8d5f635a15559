from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

from keyreel.clock import SystemClock
from keyreel.intake import Intake
from keyreel.intake.egress import Egress
from keyreel.storage.objects import Storage
from keyreel.tasks.store import TaskStore
from support.plant import Plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    store = TaskStore.open(tmp_path, SystemClock(), SystemRandom())
    storage = Storage.local(tmp_path / "files")
    yield Plant(tmp_path, store, storage, Intake(storage, Egress()))
    store.close()
