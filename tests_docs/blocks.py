"""The fenced blocks of the pages that people read, and the marks above them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHELL = frozenset({"sh", "bash", "console"})
SHOWN = frozenset({"", "text", "http", "ini", "nginx", "cron", "js", "yaml", "dockerfile"})
"""What a page shows and no test of the pages can run."""
_FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,})(?P<language>[\w-]*)[^`]*")
_NOT_RUN = re.compile(r"<!-- not run: (\S.*?) -->")
_EXITS = re.compile(r"<!-- exits with (\d+) -->")
_CONTINUES = "<!-- continues the block above -->"


@dataclass(frozen=True)
class Block:
    """One fenced block: its page, the line of its fence, its language, its text, and what the marks say."""

    page: str
    line: int
    language: str
    text: str
    mark: str

    @property
    def place(self) -> str:
        """Where it is, as editors read it."""
        return f"{self.page}:{self.line}"

    @property
    def is_run(self) -> bool:
        """Whether it is run, loaded or parsed."""
        return self.language not in SHOWN and not _NOT_RUN.fullmatch(self.mark)

    @property
    def exit_status(self) -> int:
        """What its last command exits with."""
        found = _EXITS.fullmatch(self.mark)
        return int(found[1]) if found else 0

    @property
    def continues(self) -> bool:
        """Whether it is a part of the same file as the block above it."""
        return self.mark == _CONTINUES

    @property
    def has_known_mark(self) -> bool:
        """Whether the comment above it is a mark, or there is none."""
        return not self.mark or self.continues or any(p.fullmatch(self.mark) for p in (_NOT_RUN, _EXITS))


def list_pages() -> list[str]:
    """Return the pages with blocks, as paths from the root of the repository."""
    files = [*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")]
    return sorted(str(file.relative_to(ROOT)) for file in files if "\n```" in file.read_text())


def read_blocks(page: str, text: str | None = None) -> list[Block]:
    """Return a page's blocks in their order.

    Raises:
        ValueError: a fence is not closed.
    """
    lines = ((ROOT / page).read_text() if text is None else text).splitlines()
    found: list[Block] = []
    number = 0
    while number < len(lines):
        opened = _FENCE.fullmatch(lines[number])
        if opened is None:
            number += 1
            continue
        closing = opened["indent"] + opened["fence"]
        try:
            end = lines.index(closing, number + 1)
        except ValueError:
            raise ValueError(f"{page}:{number + 1}: the block is not closed") from None
        indent = len(opened["indent"])
        body = "".join(f"{line[indent:]}\n" for line in lines[number + 1 : end])
        mark = _find_mark(lines[:number])
        found.append(Block(page, number + 1, opened["language"], body, mark))
        number = end + 1
    return found


def _find_mark(above: list[str]) -> str:
    """Return the comment right above a fence, empty lines aside."""
    for line in reversed(above):
        if text := line.strip():
            return text if text.startswith("<!-- ") and text.endswith(" -->") else ""
    return ""
