"""The shape of the tables: brought up to date by the migrations, or only compared. It opens no database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidSetting

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


class SchemaTooNew(Exception):
    """The tables have a shape that this version does not know."""


def upgrade(connection: Connection) -> None:
    """Bring the tables to this version's shape, in the transaction that `connection` is in.

    Raises:
        SchemaTooNew: a newer Keyreel has made them.
    """
    from alembic import command
    from alembic.util import CommandError

    config = _make_config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise SchemaTooNew(str(error)) from error


def require_same_version(connection: Connection, where: str) -> None:
    """Return if the tables have this version's shape; `where` names the setting and the database.

    Raises:
        InvalidSetting: they have another.
    """
    from alembic.script import ScriptDirectory

    newest = ScriptDirectory.from_config(_make_config()).get_current_head()
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if found != newest:
        raise InvalidSetting(
            f"{where} has the tables of a different version of Keyreel ({found}, not {newest}): start "
            "the server once with this version, or use the version that wrote them."
        )


def _make_config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
