"""The command line as a user types it: a process of its own, run to its end."""

from __future__ import annotations

import os
import subprocess
import sys

CARDS = {"KEYREEL_ENGINES": "keyreel.testing:CardEngine"}


def keyreel(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("KEYREEL_")}
    command = [sys.executable, "-m", "keyreel", *(str(each) for each in arguments)]
    return subprocess.run(
        command, env=env | environment, capture_output=True, text=True, timeout=120, check=False
    )
