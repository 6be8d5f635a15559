"""The data folder as the command line sees it: where the server is, which tokens it left there."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from keyreel.atomic_file import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

_OWNER_ONLY: Final = 0o600


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths in a data folder, and its small private files."""

    path: Path

    @classmethod
    def from_option(cls, path: Path | None) -> Self:
        """Return the given folder, else the one that the settings name."""
        from keyreel.settings import read_settings

        return cls(read_settings(data=path).data)

    @property
    def server_file(self) -> Path:
        """Where a running server writes its address."""
        return self.path / "server.json"

    def create(self) -> None:
        """Make the folder, for this account alone."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def read_own_key(self) -> str:
        """Return the key made at first start, empty if there is none."""
        file = self.path / "api.key"
        return file.read_text().strip() if file.is_file() else ""

    def read_admin_token(self) -> str:
        """Return the admin token, empty if there is none."""
        file = self.path / "admin.token"
        return file.read_text().strip() if file.is_file() else ""

    def ensure_own_key(self) -> str:
        """Return the key made at first start, which may be now."""
        return self.read_own_key() or _write_private_file(
            self.path / "api.key", f"kr_{secrets.token_urlsafe(32)}"
        )

    def ensure_admin_token(self) -> str:
        """Return the admin token, made if there is none."""
        return self.read_admin_token() or _write_private_file(
            self.path / "admin.token", secrets.token_urlsafe(32)
        )

    def write_server_url(self, url: str) -> None:
        """Write where the server is, for commands on this machine."""
        _write_private_file(self.server_file, json.dumps({"url": url, "pid": os.getpid()}))

    def read_server_url(self) -> str:
        """Return where the server is, or was last; empty if none ever ran."""
        return json.loads(self.server_file.read_text())["url"] if self.server_file.is_file() else ""


def _write_private_file(file: Path, text: str) -> str:
    """Write a private file in one step, readable by its owner alone."""
    write_atomically(file, f"{text}\n".encode(), _OWNER_ONLY)
    return text
