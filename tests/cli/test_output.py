from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from keyreel.cli.output import format_table, print_rows

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

TASK: Json = {
    "id": "1576505573986466219",
    "state": "succeeded",
    "endpoint": "q2-pro-start-end2video",
    "tenant": "a" * 40,
    "reason": "The video could not be made, since one of the images is no image at all but a page of text.",
}
COLUMNS = ("id", "state", "endpoint", "tenant", "reason")


def test_no_id_is_cut_on_80_columns_and_nothing_is_left_out() -> None:
    lines = list(format_table([TASK, TASK], COLUMNS, 80))
    assert lines[0].split() == ["id", "state", "endpoint"]
    assert lines[1].split() == ["1576505573986466219", "succeeded", "q2-pro-start-end2video"]
    assert all(len(line) <= 80 for line in lines)
    assert f"  tenant: {TASK['tenant']}" in lines
    assert str(TASK["reason"]) in " ".join(" ".join(lines).split())


@pytest.mark.parametrize("width", [1, 10, 19, 20])
def test_an_id_is_whole_on_any_terminal(width: int) -> None:
    assert any(line.startswith("1576505573986466219") for line in format_table([TASK], COLUMNS, width))


def test_into_a_pipe_each_row_is_one_line() -> None:
    assert len(list(format_table([TASK] * 3, COLUMNS, None))) == 4


def test_wide_characters_count_twice() -> None:
    rows: list[Json] = [{"id": "一二三", "name": "x"}, {"id": "abcdef", "name": "y"}]
    assert list(format_table(rows, ("id", "name"), 40)) == ["id      name", "一二三  x", "abcdef  y"]


def test_values_are_written_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    row: Json = {"at": "2026-11-29T07:51:11.986850+00:00", "prepaid": False, "cost": 1.50, "by": None}
    print_rows([row], tuple(row), as_json=False)
    told = capsys.readouterr().out.splitlines()
    assert told[1].split() == ["2026-11-29", "07:51:11Z", "no", "1.5"]
    print_rows([row], tuple(row), as_json=True)
    assert json.loads(capsys.readouterr().out) == [row]
