"""The data folder as commands use it: what must be in it, the running server's URL, its key and its token."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from keyreel.cli.local.installation_secrets import ADMIN_TOKEN, OWN_KEY, SECRETS, read_installation_token
from keyreel.cli.local.soundfont import INSTRUMENTS_FOLDER
from keyreel.errors import InvalidSetting
from keyreel.system.atomic_file import write_atomically
from keyreel.system.private_folder import make_private

_OWNER_ONLY: Final = 0o600
_SERVER_FILE: Final = "server.json"
FILES: Final = (
    *SECRETS,
    _SERVER_FILE,
    "clock.offset",
    "keyreel.lock",
    *(f"keyreel.db{ending}" for ending in ("", "-wal", "-shm", "-journal")),
)
"""What Keyreel writes in a data folder and must be a file."""
FOLDERS: Final = ("files", "work", "c2pa", INSTRUMENTS_FOLDER)
"""What it writes there and must be a folder."""
_MAX_FILE_BYTES: Final = 4096
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
        return self.path / _SERVER_FILE

    @property
    def own_key_file(self) -> Path:
        """Where the key is that was made at first start."""
        return self.path / OWN_KEY

    def create(self) -> Self:
        """Make the folder and what is in it this account's alone, whether it is there already or not.

        Returns:
            This folder.

        Raises:
            InvalidSetting: it cannot be, or something else has the name of one of Keyreel's files.
        """
        try:
            make_private(self.path, (*FOLDERS, *FILES))
        except ValueError as error:
            raise InvalidSetting(f"data: {error}.") from None
        except OSError as error:
            raise InvalidSetting(f"data: {error.filename or self.path}: {error.strerror}.") from None
        self.check_kinds()
        return self

    def check_kinds(self) -> None:
        """Make sure that what has the name of one of Keyreel's files or folders is one.

        Raises:
            InvalidSetting: something is not.
        """
        for names, kind, is_kind in ((FILES, "file", Path.is_file), (FOLDERS, "folder", Path.is_dir)):
            for name in names:
                path = self.path / name
                if path.exists() and not is_kind(path):
                    raise InvalidSetting(f"data: {path} must be a {kind}, but is not: move it away.")

    def read_own_key(self) -> str:
        """Return the key made at first start, empty if there is none."""
        return read_installation_token(self.path, OWN_KEY)

    def read_admin_token(self) -> str:
        """Return the admin token, empty if there is none."""
        return read_installation_token(self.path, ADMIN_TOKEN)

    def write_server_url(self, url: str) -> None:
        """Write where the server is, for commands on this machine."""
        _write_private_file(self.server_file, json.dumps({"url": url, "pid": os.getpid()}))

    def read_server_url(self) -> str:
        """Return where the server is, or was last; empty if none ever ran.

        Raises:
            InvalidSetting: the file is damaged.
        """
        text = _read_small_file(self.server_file)
        if text is None:
            return ""
        try:
            return str(json.loads(text)["url"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise InvalidSetting(
                f"{self.server_file} does not contain the server's address: `keyreel up` rewrites it."
            ) from None

    def choose_server(self, base_url: str, api_key: str) -> tuple[str, str]:
        """Return the URL and the API key for a client: those given, else those of the folder's server."""
        return base_url or self.read_server_url() or DEFAULT_SERVER_URL, api_key or self.read_own_key()


def _read_small_file(file: Path) -> str | None:
    """Return a file's text without the white space around it; None where there is none.

    Raises:
        InvalidSetting: it cannot be read.
    """
    if not file.is_file() and not file.is_dir():
        return None
    try:
        with file.open("rb") as opened:
            return opened.read(_MAX_FILE_BYTES).decode("ascii", "replace").strip()
    except OSError as error:
        raise InvalidSetting(f"{file} cannot be read: {error.strerror}.") from None


def _write_private_file(file: Path, text: str) -> str:
    """Write a private file in one step, readable by its owner alone."""
    write_atomically(file, f"{text}\n".encode(), _OWNER_ONLY)
    return text
