"""The command `keyreel`. Every command imports what it needs when it runs: `--help` answers at once."""

from __future__ import annotations

from keyreel.cli.app import main

__all__ = ["main"]
