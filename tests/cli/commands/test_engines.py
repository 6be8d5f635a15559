from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.commands import keyreel
from support.engine_types import PYTHONPATH, TYPE

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {"PYTHONPATH": PYTHONPATH, "PROBE_KEY": "sk-much-secret"}
TABLES = f"""
engines = ["well", "motion"]
[engine.well]
type = "{TYPE}"
slots = 2
[engine.unwell]
type = "{TYPE}"
mode = "unavailable"
base_url = "http://10.0.0.7"
api_key = "env:PROBE_KEY"
[engine.unloadable]
type = "{TYPE}"
mode = "unloadable"
"""


@pytest.mark.parametrize("command", [("up",), ("doctor",), ("engines", "check"), ("engines", "list")])
def test_a_key_in_the_file_ends_commands_and_is_not_shown(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "keyreel.toml").write_text(f'[engine.a]\ntype = "{TYPE}"\napi_key = "sk-live-1"\n')
    done = keyreel(*command, "--data", tmp_path, **ENVIRONMENT)
    assert done.returncode == 2
    assert done.stderr.startswith(f"keyreel: {tmp_path}/keyreel.toml: [engine.a] api_key: must be env: and")
    assert len(done.stderr.splitlines()) == 1
    assert "sk-live-1" not in done.stdout + done.stderr


def test_lists_what_each_engine_makes_and_how_it_is(tmp_path: Path) -> None:
    (tmp_path / "keyreel.toml").write_text(TABLES)
    done = keyreel("engines", "list", "--data", tmp_path, "--json", **ENVIRONMENT)
    engines = {each["name"]: each for each in json.loads(done.stdout)}
    assert {name: (each["used"], each["healthy"], each["slots"]) for name, each in engines.items()} == {
        "well": (True, True, 2),
        "motion": (True, True, 1),
        "unwell": (False, False, 1),
        "unloadable": (False, True, 1),
    }
    assert "viduq2-pro" in engines["motion"]["operations"]["multiframe"]
    assert "template2video" not in engines["motion"]["operations"]
    assert "template2video" in engines["well"]["operations"]
    assert "sk-much-secret" not in done.stdout


def test_says_what_is_wrong_with_an_engine(tmp_path: Path) -> None:
    (tmp_path / "keyreel.toml").write_text(TABLES)
    told = {
        "well": (0, "well: works\n"),
        "unwell": (1, "unwell: http://10.0.0.7 refuses the key.\n"),
        "unloadable": (1, "unloadable: It cannot be loaded (RuntimeError: no such weights).\n"),
    }
    for name, expected in told.items():
        done = keyreel("engines", "check", name, "--data", tmp_path, **ENVIRONMENT)
        assert (done.returncode, done.stdout) == expected
    unknown = keyreel("engines", "check", "none", "--data", tmp_path, **ENVIRONMENT)
    assert unknown.returncode == 1
    assert "must be one of well, motion, unwell, unloadable." in unknown.stderr
