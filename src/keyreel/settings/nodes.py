"""Settings of one node among several of an installation."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, SecretStr

DEFAULT_HEALTH_PORT: Final = 8789
NodeName = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9._:-]{0,64}$",
        description="Name of this process in logs, the audit log, and lists of workers. Empty: host and "
        "process ID.",
    ),
]
HealthPort = Annotated[
    int,
    Field(
        ge=0,
        le=65535,
        description="Port for health checks and metrics of `keyreel work`. 0 picks a free port. Other "
        "commands use KEYREEL_PORT for health checks.",
    ),
]
DatabaseUrl = Annotated[
    SecretStr,
    Field(
        description="Postgres database, which several machines may share, such as "
        "`postgresql://user:password@host/name`. Empty: an SQLite file in the data folder.",
    ),
]
SharedSecret = Annotated[
    SecretStr,
    Field(
        description="Secret with 32 to 256 characters, the same on every node, that encrypts signing keys, "
        "certificates, and tokens in the database. Older secrets can follow, separated by commas. "
        "Empty: they are files in the data folder of a single machine."
    ),
]


def split_shared_secret(secret: SecretStr) -> tuple[str, ...]:
    """Return the shared secrets, the newest first; none where it is not set."""
    return tuple(each for each in secret.get_secret_value().split(",") if each)
