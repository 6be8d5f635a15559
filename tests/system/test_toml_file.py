from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyreel.system.toml_file import check_keys, read_toml, suggest_name

if TYPE_CHECKING:
    from pathlib import Path


def test_reads_a_table(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('port = 1\n[more]\nname = "é"\n')
    assert read_toml(file) == {"port": 1, "more": {"name": "é"}}


def test_names_the_line_and_column_of_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("port = 1\nhost = x\n")
    with pytest.raises(ValueError, match=r"not valid TOML: .*line 2, column 8"):
        read_toml(file)


def test_names_the_nearest_known_key() -> None:
    check_keys({"port": 1}, ("port", "host"))
    with pytest.raises(ValueError, match=r"there is no 'prt'; did you mean port\?"):
        check_keys({"port": 1, "prt": 1}, ("port", "host"))
    assert suggest_name("zzz", ("port", "host")) == ""
