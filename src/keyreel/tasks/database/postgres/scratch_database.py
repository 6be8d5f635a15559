"""A database that is created for a while on a Postgres server, and dropped again. It knows no table."""

from __future__ import annotations

from contextlib import contextmanager
from secrets import token_hex
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from keyreel.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def open_scratch_database(server: str) -> Generator[str]:
    """Create a database on the server that a URL names, and drop it after the block; yield its URL.

    Raises:
        InvalidSetting: nothing answers there, or its user may create no databases.
    """
    import psycopg
    from psycopg import sql

    name = f"keyreel_bench_{token_hex(4)}"
    url = make_url(server).set(drivername="postgresql")
    create = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    try:
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as operator:
            operator.execute(sql.SQL(create).format(sql.Identifier(name)))
            try:
                yield url.set(database=name).render_as_string(hide_password=False)
            finally:
                operator.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise InvalidSetting(
            f"database: {str(error).strip().splitlines()[0]}. Its user must be able to create databases."
        ) from None
