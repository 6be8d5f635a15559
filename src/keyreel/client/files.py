"""Files that videos are saved to. Writes nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from pathlib import Path


def check_folder(path: Path, field: str) -> None:
    """Return if a file can be saved at this path, before what it is to hold is made and paid for.

    Raises:
        InvalidRequest: its folder is missing or closed to this user, or what has its name is no regular file.
    """
    if not path.parent.is_dir():
        reason = f"the folder {path.parent} does not exist"
    elif not os.access(path.parent, os.W_OK | os.X_OK):
        reason = f"this user cannot write to the folder {path.parent}"
    elif path.exists() and not path.is_file():
        reason = f"{path} exists and is not a regular file"
    else:
        return
    raise InvalidRequest(f"{field}: {reason}.", field=field)
