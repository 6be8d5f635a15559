"""Where an installation's secrets are: sealed in its database under KEYREEL_SECRET, else in its folder."""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidSetting
from keyreel.provenance.signing_certificates import ISSUER, ROOT, SIGNER
from keyreel.storage.secret_files import SecretFiles

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from keyreel.clock import Clock
    from keyreel.settings import Settings
    from keyreel.storage.secret_files import SecretStore
    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.installation.sealed_secrets import SealedSecrets

OWN_KEY: Final = "api.key"
ADMIN_TOKEN: Final = "admin.token"  # noqa: S105 - the name, not the token
LINK_KEY: Final = "signing.key"
WEBHOOK_KEY: Final = "callbacks.key"
SECRETS: Final = (OWN_KEY, ADMIN_TOKEN, LINK_KEY, WEBHOOK_KEY, ISSUER, SIGNER, ROOT)
"""All that the nodes of an installation have in common and nobody else may know; the last one is public."""
_TOKEN_PATTERN: Final = re.compile(rb"[!-~]{43,256}")  # 32 random bytes in base64, at least


def open_secrets(settings: Settings, database: Database, clock: Clock) -> SecretStore:
    """Return the installation's secrets. What its folder has in files is sealed when nothing is sealed yet.

    Raises:
        InvalidSetting: KEYREEL_SECRET is another one than before, or is missing where there must be one.
    """
    from keyreel.tasks.installation.sealed_secrets import has_sealed_secrets

    files = SecretFiles(settings.data)
    if not settings.secret.get_secret_value():
        _require_unshared(database)
        return files
    is_first = not has_sealed_secrets(database)
    sealed = open_sealed_secrets(settings, database, clock)
    if is_first:
        seal_files(files, sealed)
    return sealed


def seal_files(files: SecretFiles, sealed: SealedSecrets) -> None:
    """Seal what a folder has in files, where nothing of the same name is sealed; the files stay."""
    for name in SECRETS:
        found = files.read(name)
        if found is not None:
            sealed.replace(name, None, found)


def open_sealed_secrets(settings: Settings, database: Database, clock: Clock) -> SealedSecrets:
    """Return the secrets that are sealed in the database.

    Raises:
        InvalidSetting: KEYREEL_SECRET is missing, or another one than before.
    """
    from keyreel.settings.nodes import split_shared_secret
    from keyreel.tasks.installation.sealed_secrets import SealedSecrets
    from keyreel.tasks.installation.sealing import Seal

    shared = split_shared_secret(settings.secret)
    if not shared:
        raise InvalidSetting("KEYREEL_SECRET: is not set; this installation's secrets are files.")
    return SealedSecrets(database, clock, Seal(shared))


def _require_unshared(database: Database) -> None:
    """Return where secrets may be files.

    Raises:
        InvalidSetting: they may not.
    """
    from keyreel.tasks.installation.sealed_secrets import has_sealed_secrets

    if database.is_shared:
        raise InvalidSetting(
            "KEYREEL_SECRET: must be set when the database is Postgres, to the same value on every "
            "node. Generate one with `openssl rand -hex 32`."
        )
    if has_sealed_secrets(database):
        raise InvalidSetting(
            "KEYREEL_SECRET: is not set, but this database's secrets are encrypted with one: set the "
            "same secret as before."
        )


@contextmanager
def read_secrets(settings: Settings) -> Generator[SecretStore]:
    """Lend the installation's secrets to a command that changes nothing; a server may have the folder.

    Raises:
        InvalidSetting: KEYREEL_SECRET is another one than before, or the database cannot be read.
    """
    if not settings.secret.get_secret_value():
        yield SecretFiles(settings.data)
        return
    from keyreel.cli.local.task_store import locate_database, open_read_only_store
    from keyreel.clock import SystemClock

    location = locate_database(settings)
    if not location.has_tables():
        yield SecretFiles(settings.data)  # what the first start seals
        return
    with open_read_only_store(location) as (store, _):
        yield open_sealed_secrets(settings, store.database, SystemClock())


def read_token(kept: SecretStore, name: str) -> str:
    """Return an API key or a token, empty if there is none.

    Raises:
        InvalidSetting: something else is kept under this name.
    """
    found = kept.read(name)
    return "" if found is None else _check_token(kept, name, found)


def ensure_own_key(kept: SecretStore) -> str:
    """Return the API key made at first start, which may be now."""
    return _check_token(kept, OWN_KEY, kept.ensure(OWN_KEY, partial(_make_token, "kr_")))


def ensure_admin_token(kept: SecretStore) -> str:
    """Return the admin token, made if there is none."""
    return _check_token(kept, ADMIN_TOKEN, kept.ensure(ADMIN_TOKEN, _make_token))


def read_installation_token(data: Path, name: str) -> str:
    """Return an API key or a token of the installation whose folder this is, empty if there is none."""
    from keyreel.settings import read_settings

    with read_secrets(read_settings(data=data)) as kept:
        return read_token(kept, name)


def _check_token(kept: SecretStore, name: str, found: bytes) -> str:
    token = found.strip()
    if not _TOKEN_PATTERN.fullmatch(token):
        raise InvalidSetting(
            f"{kept.locate(name)} must hold one line of 43 to 256 printable ASCII characters: restore "
            "it from a backup, or delete it, and the next start creates a new one."
        )
    return token.decode("ascii")


def _make_token(prefix: str = "") -> bytes:
    # Imported here, because it loads OpenSSL, which no command's help needs.
    from secrets import token_urlsafe

    return f"{prefix}{token_urlsafe(32)}\n".encode()
