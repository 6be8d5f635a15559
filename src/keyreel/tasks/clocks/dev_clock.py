"""The clock of development mode: the machine's plus an offset, which is kept over restarts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from keyreel.clock import SystemClock
from keyreel.errors import InvalidSetting
from keyreel.system import atomic_file

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from keyreel.clock import Clock

OFFSET_FILE: Final = "clock.offset"
"""Its name in a data folder."""
MAX_OFFSET: Final = timedelta(days=3650)
"""Ten years ahead of the real time."""


class DevClock:
    """A clock whose offset, in seconds, is kept in a file of the data folder; it only goes forward.

    Raises:
        InvalidSetting: the file holds something else.
    """

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._file = folder / OFFSET_FILE
        self._clock = clock or SystemClock()
        self._offset = read_offset(folder)

    @property
    def offset(self) -> timedelta:
        """How far it is ahead of the machine's clock."""
        return self._offset

    def now(self) -> datetime:
        """Return the machine's time plus the offset."""
        return self._clock.now() + self._offset

    def advance(self, by: timedelta) -> None:
        """Go forward."""
        moved = self._offset + max(by, timedelta(0))
        atomic_file.write_atomically(self._file, str(moved.total_seconds()).encode())
        self._offset = moved


def get_machine_time(clock: Clock) -> datetime:
    """Return the machine's time, without the offset of a DevClock."""
    return clock.now() - clock.offset if isinstance(clock, DevClock) else clock.now()


def read_offset(folder: Path) -> timedelta:
    """Return the offset of a data folder's clock; 0 if it has none.

    Raises:
        InvalidSetting: the file of the offset holds no number of seconds that there can be.
    """
    file = folder / OFFSET_FILE
    if not file.exists():
        return timedelta(0)
    try:
        seconds = float(file.read_text("ascii"))
    except OSError as error:
        raise InvalidSetting(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError:
        seconds = -1.0
    most = int(MAX_OFFSET.total_seconds())
    if not 0 <= seconds <= most:
        raise InvalidSetting(
            f"{file} must contain a number of seconds from 0 to {most}. Delete it to use the machine's clock."
        )
    return timedelta(seconds=seconds)
