"""The data folder as commands use it: the running server's URL, its own API key and its admin token."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from keyreel.system.atomic_file import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

_OWNER_ONLY: Final = 0o600
DEFAULT_SERVER_URL: Final = "http://127.0.0.1:8787"
"""Where a server listens whose settings name no other host and port."""


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
    def files(self) -> Path:
        """Where images, videos and covers are stored."""
        return self.path / "files"

    @property
    def server_file(self) -> Path:
        """Where a running server writes its URL."""
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
        return self.read_own_key() or _write_private_file(self.path / "api.key", f"kr_{_make_token()}")

    def ensure_admin_token(self) -> str:
        """Return the admin token, made if there is none."""
        return self.read_admin_token() or _write_private_file(self.path / "admin.token", _make_token())

    def write_server_url(self, url: str) -> None:
        """Write where the server is, for commands on this machine."""
        _write_private_file(self.server_file, json.dumps({"url": url, "pid": os.getpid()}))

    def read_server_url(self) -> str:
        """Return where the server is, or was last; empty if none ever ran."""
        return json.loads(self.server_file.read_text())["url"] if self.server_file.is_file() else ""

    def choose_server(self, base_url: str, api_key: str) -> tuple[str, str]:
        """Return the URL and the API key for a client: those given, else those of the folder's server."""
        return base_url or self.read_server_url() or DEFAULT_SERVER_URL, api_key or self.read_own_key()


def _make_token() -> str:
    # Imported here, because it loads OpenSSL, which no command's help needs.
    from secrets import token_urlsafe

    return token_urlsafe(32)


def _write_private_file(file: Path, text: str) -> str:
    """Write a private file in one step, readable by its owner alone."""
    write_atomically(file, f"{text}\n".encode(), _OWNER_ONLY)
    return text
