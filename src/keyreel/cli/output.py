"""What commands print: rows as a table for people, or as JSON for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

_PIPE_WIDTH: Final = 1000
"""Columns of a table that goes into a pipe, so that no row is wrapped."""


def print_rows(rows: list[Json], columns: tuple[str, ...], *, as_json: bool) -> None:
    """Print rows as a table, or as JSON."""
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(_format_cell(row[column]) for column in columns))
    # Into a pipe goes all of it; a terminal has its own width.
    Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH).print(table)


def _format_cell(value: object) -> str:
    return "" if value is None else str(value)
