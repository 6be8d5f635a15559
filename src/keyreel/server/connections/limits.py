"""What one connection, and all of them together, may take of the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keyreel.errors import InvalidSetting

_RESERVED_FILES: Final = 128
"""Open files kept for all but clients: the database, children and their pipes, outgoing connections."""
_FILES_PER_CONNECTION: Final = 2
"""Its socket, and the stored file that may be sent over it."""
_MAX_DEFAULT: Final = 10_000
"""Connections; each costs some ten kilobytes."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The bounds of the server's connections.

    `header_bytes` bounds a request line with its headers, and as much of the framing of a body. A header
    section has `header_seconds` to arrive, and what nobody reads of a body `body_seconds`. A client that
    takes nothing of a response for `stall_seconds` is gone.
    """

    connections: int
    header_bytes: int = 64 * 1024
    header_fields: int = 256
    header_seconds: float = 10.0
    body_seconds: float = 60.0
    stall_seconds: float = 60.0
    pipelined_requests: int = 16


def choose_connection_count(wanted: int, open_files: int) -> int:
    """Return how many connections may be open at a time; `wanted` is 0 where the operator leaves it open.

    Raises:
        InvalidSetting: this process may not open so many files.
    """
    possible = max(1, (open_files - _RESERVED_FILES) // _FILES_PER_CONNECTION)
    if wanted > possible:
        needed = wanted * _FILES_PER_CONNECTION + _RESERVED_FILES
        raise InvalidSetting(
            f"Setting connections (KEYREEL_CONNECTIONS): {wanted} connections need {needed} open files, and "
            f"this process may have {open_files}. Raise that limit (`ulimit -Hn`), or allow {possible}."
        )
    return wanted or min(possible, _MAX_DEFAULT)
