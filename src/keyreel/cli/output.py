"""What commands print: rows as a table for people, or as JSON for programs."""

from __future__ import annotations

import json
import re
import shutil
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keyreel.wire.json_types import Json

_GAP: Final = "  "
_INSTANT: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(\+00:00|Z)", re.ASCII)


def print_rows(rows: list[Json], columns: tuple[str, ...], *, as_json: bool) -> None:
    """Print rows as a table, or as JSON; on a terminal no line is longer than it is wide, if it can be."""
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in format_table(rows, columns, width):
        print(line)


def format_table(rows: Sequence[Json], columns: Sequence[str], width: int | None) -> Iterator[str]:
    """Yield the lines of a table: as many columns as fit into `width` characters, the others below each row.

    Nothing is cut and no id is broken, so that each can be copied. Into None everything fits.
    """
    from rich.cells import cell_len

    cells = [{name: _format_cell(row[name]) for name in columns} for row in rows]
    widths = {name: max(cell_len(text) for text in (name, *(row[name] for row in cells))) for name in columns}
    head = _choose_columns(columns, widths, width)
    for row in ({name: name for name in head}, *cells):
        yield _GAP.join(row[name] + " " * (widths[name] - cell_len(row[name])) for name in head).rstrip()
        rest = {name: row[name] for name in columns if name not in head and row.get(name)}
        yield from _wrap_rest(rest, width)


def _choose_columns(columns: Sequence[str], widths: Mapping[str, int], width: int | None) -> tuple[str, ...]:
    """Return the first columns that fit side by side; one does always."""
    used, head = 0, list[str]()
    for name in columns:
        used += widths[name] + (len(_GAP) if head else 0)
        if width is not None and used > width and head:
            break
        head.append(name)
    return tuple(head)


def _wrap_rest(rest: Mapping[str, str], width: int | None) -> Iterator[str]:
    """Yield what did not fit beside the others, as `name: value`, indented."""
    import textwrap

    line = ""
    for name, value in rest.items():
        part = f"{name}: {value}"
        if line and width is not None and len(_GAP) + len(line) + len(_GAP) + len(part) > width:
            yield _GAP + line
            line = ""
        line = f"{line}{_GAP}{part}" if line else part
        if width is not None and len(_GAP) + len(line) > width:
            yield from textwrap.wrap(
                line,
                width,
                initial_indent=_GAP,
                subsequent_indent=_GAP * 2,
                break_long_words=False,
                break_on_hyphens=False,
            )
            line = ""
    if line:
        yield _GAP + line


def _format_cell(value: object) -> str:
    """Return a value for people: yes and no, moments to the second."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    instant = _INSTANT.fullmatch(text := str(value))
    return f"{instant[1]} {instant[2]}Z" if instant else text
