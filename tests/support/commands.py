"""The command line as a user types it: a process of its own, run to its end."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from support.processes import Command

CARDS = {"KEYREEL_ENGINES": "keyreel.testing:CardEngine"}
_TIMEOUT_SECONDS = 120


def keyreel(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    words = tuple(str(each) for each in arguments)
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        # What was imported already would not see packages on another path.
        cold = "PYTHONPATH" in environment
        process = Command(words, inherit_environment() | environment, out, err, cold=cold).start()
        process.join(_TIMEOUT_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(words, _TIMEOUT_SECONDS)
        return subprocess.CompletedProcess(words, process.exitcode, out.read_text(), err.read_text())


def inherit_environment() -> dict[str, str]:
    """Return the tests' own environment without settings of Keyreel."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KEYREEL_")}
