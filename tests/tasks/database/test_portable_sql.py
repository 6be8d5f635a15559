from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

import keyreel
from keyreel.tasks.database.portable_sql import insert_if_absent, insert_or_add
from keyreel.tasks.database.tables import ACCOUNTS

if TYPE_CHECKING:
    from keyreel.tasks.database.connection import Database

SOURCE = Path(keyreel.__file__).parent


def test_only_the_database_folder_knows_which_database_it_is() -> None:
    knowing = {
        path.relative_to(SOURCE).parent.as_posix()
        for path in SOURCE.rglob("*.py")
        if re.search(r"sqlalchemy\.dialects|import sqlite3|import psycopg|group_concat", path.read_text())
    }
    assert knowing == {"tasks/database", "tasks/database/postgres"}


def test_a_row_that_is_there_is_left_alone_or_added_to(database: Database) -> None:
    account = {"name": "tenant:ann:free", "balance": 30, "prepaid": True}
    with database.write() as connection:
        assert connection.execute(insert_if_absent(ACCOUNTS), account).rowcount == 1
        assert connection.execute(insert_if_absent(ACCOUNTS), account).rowcount == 0
        add = insert_or_add(ACCOUNTS, key=ACCOUNTS.c.name, amount=ACCOUNTS.c.balance)
        connection.execute(add, {**account, "balance": 12, "prepaid": False})
        assert connection.execute(select(ACCOUNTS)).all() == [("tenant:ann:free", 42, True)]
