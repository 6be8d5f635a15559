"""Settings of one node among several of an installation."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, SecretStr

DEFAULT_HEALTH_PORT: Final = 8789
NodeName = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9._:-]{0,64}$",
        description="This process's name among the nodes of an installation, in logs, the audit log and "
        "lists of workers. Empty: host and process id.",
    ),
]
HealthPort = Annotated[
    int,
    Field(
        ge=0,
        le=65535,
        description="Port on which `keyreel work` tells how it is, and its metrics; 0 for any free one. "
        "Every other command tells how it is on KEYREEL_PORT.",
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
        description="The same for every node of an installation, 32 to 256 characters: seals its signing "
        "keys, certificates and tokens in the database. Older ones may follow, each behind a comma. Empty: "
        "they are files in the data folder, which one machine has for itself."
    ),
]


def split_shared_secret(secret: SecretStr) -> tuple[str, ...]:
    """Return the shared secrets, the newest first; none where it is not set."""
    return tuple(each for each in secret.get_secret_value().split(",") if each)
