"""Where a key's file lies in a bucket: results under their key, inputs in generations below it.

An input may be handed in again while another machine deletes it for its age. An object store neither touches
a file nor deletes it on a condition, so a renewed input is a new object, `<key>/<seconds since 1970>`: who
judged an older one deletes that one. It opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from keyreel.storage.keys import is_key
from keyreel.storage.objects import INPUT_FOLDERS, StoredFile

if TYPE_CHECKING:
    from obstore import ObjectMeta

_DIGITS: Final = 12
"""Of a generation's name: in their order by name generations are in their order by time."""
FIRST: Final = "0" * _DIGITS
"""The generation that is created where there must be none: all who try name the same object."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of a bucket, and the stored file that it is."""

    path: str
    file: StoredFile


def is_input(key: str) -> bool:
    """Say whether files of this key are kept in generations."""
    return key.partition("/")[0] in INPUT_FOLDERS


def make_path(key: str, now: datetime) -> str:
    """Return where a file is put that is stored now."""
    return f"{key}/{int(now.timestamp()):0{_DIGITS}d}" if is_input(key) else key


def parse_object(found: ObjectMeta) -> StoredObject | None:
    """Return which stored file an object is; None for what is none.

    Its time is by the clock of the machine that put it, else by the object store's.
    """
    path, modified = found["path"], found["last_modified"]
    if not is_key(path):
        return None
    if not is_input(path):
        return StoredObject(path, StoredFile(path, found["size"], modified))
    key, _, name = path.rpartition("/")
    if not is_input(key) or "/" not in key or len(name) != _DIGITS or not name.isdecimal():
        return None
    if name != FIRST:
        modified = datetime.fromtimestamp(int(name), UTC)
    return StoredObject(path, StoredFile(key, found["size"], modified))
