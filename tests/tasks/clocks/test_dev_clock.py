from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import InvalidSetting
from keyreel.tasks.clocks.dev_clock import DevClock, get_machine_time, read_offset
from keyreel.testing import ManualClock

if TYPE_CHECKING:
    from pathlib import Path


def test_goes_forward_and_remembers_it_over_a_restart(tmp_path: Path) -> None:
    machine = ManualClock()
    clock = DevClock(tmp_path, machine)
    clock.advance(timedelta(hours=48))
    clock.advance(timedelta(seconds=0.5))
    moved = timedelta(hours=48, seconds=0.5)
    assert clock.now() == machine.now() + moved
    again = DevClock(tmp_path, machine)
    assert (again.offset, read_offset(tmp_path)) == (moved, moved)


def test_others_have_their_own_time(tmp_path: Path) -> None:
    machine = ManualClock()
    clock = DevClock(tmp_path, machine)
    clock.advance(timedelta(hours=48))
    assert get_machine_time(clock) == get_machine_time(machine) == machine.now()


def test_never_goes_back(tmp_path: Path) -> None:
    clock = DevClock(tmp_path, ManualClock())
    clock.advance(timedelta(hours=-1))
    assert clock.offset == timedelta(0)


def test_says_what_is_wrong_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "clock.offset").write_text("soon")
    with pytest.raises(InvalidSetting, match=r"clock\.offset"):
        DevClock(tmp_path)
