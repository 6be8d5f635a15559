from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.commands import keyreel

if TYPE_CHECKING:
    from pathlib import Path

PLACE = "keyreel: {file}: [engine.a] "


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('executor = "docker"', "executor: got 'docker'; must be 'process' or 'ray'."),
        (
            "resources = { GPU = 1 }",
            "resources: got {'GPU': 1}; must use num_cpus and num_gpus for CPUs and GPUs.",
        ),
        (
            "resources = { num_gpus = 1.5 }",
            "resources: got {'num_gpus': 1.5}; must have a whole number of num_gpus, or a part of one.",
        ),
    ],
)
def test_tables_say_only_what_there_is(tmp_path: Path, line: str, told: str) -> None:
    file = tmp_path / "keyreel.toml"
    file.write_text(f'[engine.a]\ntype = "motion"\n{line}\n')
    done = keyreel("engines", "list", "--data", tmp_path)
    assert (done.returncode, done.stderr) == (2, PLACE.format(file=file) + told + "\n")


def test_an_engine_that_only_waits_runs_nowhere_else(tmp_path: Path) -> None:
    table = (
        'type = "relay"\ndialect = "async_v3"\nbase_url = "https://example.com"\napi_key = "env:RELAY_KEY"\n'
    )
    (tmp_path / "keyreel.toml").write_text(f'[engine.a]\n{table}executor = "ray"\n')
    done = keyreel("engines", "list", "--data", tmp_path, RELAY_KEY="sk-1")
    assert done.returncode == 2
    assert "[engine.a] executor: got 'ray'; must be absent" in done.stderr


def test_lists_what_runs_each_engine(tmp_path: Path) -> None:
    (tmp_path / "keyreel.toml").write_text('[engine.here]\ntype = "motion"\nexecutor = "process"\n')
    done = keyreel("engines", "list", "--data", tmp_path, "--json", KEYREEL_RAY="10.0.0.5:6379")
    assert {each["name"]: each["executor"] for each in json.loads(done.stdout)} == {
        "motion": "ray",
        "here": "process",
    }


def test_refuses_an_address_that_is_none(tmp_path: Path) -> None:
    done = keyreel("up", "--data", tmp_path, KEYREEL_RAY="http://10.0.0.5")
    assert done.returncode == 2
    assert "must be auto, or an address such as 10.0.0.5:6379 or ray://10.0.0.5:10001" in done.stderr
