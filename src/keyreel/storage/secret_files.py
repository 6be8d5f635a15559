"""Small secrets by their names, kept as private files of one folder; it does not know what they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from keyreel.errors import InvalidSetting
from keyreel.system import atomic_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_OWNER_ONLY: Final = 0o600
_MAX_BYTES: Final = 65_536
"""Far more than a chain of certificates has."""


class SecretStore(Protocol):
    """Keeps secrets by name, over restarts and for every node of an installation."""

    def read(self, name: str) -> bytes | None:
        """Return a secret; None if there is none of this name."""
        ...

    def ensure(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return a secret, made now if there is none; whoever asks at the same time gets the same."""
        ...

    def replace(self, name: str, old: bytes | None, new: bytes) -> bytes:
        """Put a secret in the old one's place, unless another is there by now; return what is there."""
        ...

    def locate(self, name: str) -> str:
        """Say where a secret is kept, for sentences about it."""
        ...


class SecretFiles:
    """Secrets of an installation on one machine: each a file that its owner alone may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> bytes | None:
        """Return what a file holds; None if there is none.

        Raises:
            InvalidSetting: it cannot be read.
        """
        file = self._folder / name
        try:
            if not file.exists():
                return None
            with file.open("rb") as opened:
                return opened.read(_MAX_BYTES)
        except OSError as error:
            raise InvalidSetting(f"{file} cannot be read: {error.strerror}.") from None

    def ensure(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return what a file holds, which is written now if there is none.

        Raises:
            InvalidSetting: it cannot be read or written.
        """
        found = self.read(name)
        return self._write(name, make()) if found is None else found

    def replace(self, name: str, old: bytes | None, new: bytes) -> bytes:
        """Write a file: the process that has the folder is the only one that does.

        Raises:
            InvalidSetting: it cannot be written.
        """
        del old
        return self._write(name, new)

    def locate(self, name: str) -> str:
        """Return the file's path."""
        return str(self._folder / name)

    def _write(self, name: str, secret: bytes) -> bytes:
        file = self._folder / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            atomic_file.write_atomically(file, secret, _OWNER_ONLY)
        except OSError as error:
            raise InvalidSetting(f"{error.filename or file}: {error.strerror}.") from None
        return secret
