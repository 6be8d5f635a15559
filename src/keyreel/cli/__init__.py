"""The command `keyreel`. Each command imports what it needs when it runs, so `--help` is fast."""

from __future__ import annotations

from keyreel.cli.app import main

__all__ = ["main"]
