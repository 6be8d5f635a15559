"""Imports point one way, and looking at the command's help loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = {
    "cv2",
    "numpy",
    "openvino",
    "av",
    "PIL",
    "sqlalchemy",
    "alembic",
    "starlette",
    "uvicorn",
    "httpx",
    "obstore",
}


def test_contracts_of_the_layers_are_kept() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from keyreel.cli import main\n"
        "sys.argv = ['keyreel', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "print('loaded:', *sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert "generate" in done.stdout
    loaded = done.stdout.rpartition("loaded:")[2].split()
    assert "typer" in loaded
    assert not HEAVY & {*loaded}


def test_domain_loads_no_third_party() -> None:
    script = (
        "import sys\nbefore = set(sys.modules)\n"
        "import keyreel.order, keyreel.task, keyreel.engine, keyreel.errors, keyreel.clock\n"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    foreign = {*done.stdout.split()} - sys.stdlib_module_names - {"keyreel"}
    assert not foreign
