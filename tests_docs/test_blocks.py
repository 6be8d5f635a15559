"""Every fenced block of the pages runs as it stands there, or says above itself why it does not."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from blocks import SHELL, SHOWN, Block, list_pages, read_blocks
from keyreel.engines.diffusion.engine_type import DiffusersTable
from keyreel.engines.router import load_router
from keyreel.settings import read_settings
from keyreel.settings.tables import check_table
from sandbox import SET_UP, Sandbox, open_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCKS = [block for page in list_pages() for block in read_blocks(page)]
RUN = [block for block in BLOCKS if block.is_run]
SECRETS = ("STUDIO_KEY", "NOVITA_KEY", "WAN_KEY")


def list_programs() -> dict[str, list[Block]]:
    """Return the blocks that are run, by page; a translation that has the same ones is left out."""
    by_text: dict[tuple[str, ...], list[Block]] = {}
    for page in list_pages():
        found = [each for each in RUN if each.page == page and each.language in SHELL | {"python"}]
        if found:
            by_text.setdefault(tuple(each.text for each in found), found)
    return {blocks[0].page: blocks for blocks in by_text.values()}


PROGRAMS = list_programs()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with open_sandbox(tmp_path_factory.mktemp("docs")) as opened:
        yield opened


@pytest.mark.parametrize("page", PROGRAMS)
def test_every_command_and_program_of_a_page_runs(page: str, sandbox: Sandbox) -> None:
    done = sandbox.run_page(PROGRAMS[page])
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"


def list_files() -> list[list[Block]]:
    """Return the settings files of the pages, each with the blocks that continue it."""
    files: list[list[Block]] = []
    for block in RUN:
        if block.language == "toml":
            if block.continues:
                files[-1].append(block)
            else:
                files.append([block])
    return files


@pytest.mark.parametrize("file", list_files(), ids=lambda file: file[0].place)
def test_every_settings_file_is_one_that_keyreel_reads(
    file: list[Block], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith("KEYREEL_"):
            monkeypatch.delenv(name)
    for name in SECRETS:
        monkeypatch.setenv(name, "a-secret")
    monkeypatch.syspath_prepend(str(SET_UP))
    (tmp_path / "keyreel.toml").write_text("".join(block.text for block in file))
    settings = read_settings(data=tmp_path).engine_settings
    for name, table in settings.tables.items():
        if table["type"] == "diffusers":  # whose packages are in an environment of their own
            assert check_table(DiffusersTable, table, name)
            return
    assert load_router(settings).engines


@pytest.mark.parametrize(
    "block", [each for each in RUN if each.language == "json"], ids=lambda each: each.place
)
def test_every_json_block_is_json(block: Block) -> None:
    text, decoder = block.text.strip(), json.JSONDecoder()
    while text:
        _, end = decoder.raw_decode(text)
        text = text[end:].strip()


def test_every_block_names_its_language_and_bears_no_unknown_mark() -> None:
    known = SHELL | SHOWN | {"python", "toml", "json"}
    assert [each.place for each in BLOCKS if each.language not in known] == []
    assert [each.place for each in RUN if not each.has_known_mark] == []
    assert len(RUN) > len(BLOCKS) / 2


def test_marks_are_read_from_the_comment_right_above_the_fence() -> None:
    text = "<!-- not run: it waits -->\n\n```sh\nfalse\n```\n\n- item\n\n"
    text += "  <!-- exits with 2 -->\n  ```sh\n  x\n  ```\n"
    waits, exits = read_blocks("page.md", text)
    assert not waits.is_run
    assert (exits.is_run, exits.exit_status, exits.text) == (True, 2, "x\n")
    with pytest.raises(ValueError, match=r"page\.md:1: the block is not closed"):
        read_blocks("page.md", "```sh\n")
