"""The bytes that each tenant has stored, file by file, and the quota on their sum. It opens no file.

A tenant's files are the uploads and the images that it handed in, and its tasks' videos, covers and clean
copies. An image that several tenants handed in is stored once and counts for each of them as a whole, until
the file is deleted: so nobody learns from a sum what others have. What a refused request brought counts for
nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, func, select

from keyreel.errors import QuotaExceeded
from keyreel.system.sizes import format_size
from keyreel.tasks.database.portable_sql import insert_if_absent, lock_tenants
from keyreel.tasks.database.prepared import PreparedStatement
from keyreel.tasks.database.tables import STORED_FILES, TASKS, TENANTS, TEST_TASKS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from keyreel.tasks.database.connection import Database

NOBODY: Final = ""
"""Who files of before they were counted belong to, where no task tells."""

_COUNTED_MARK: Final = ""
"""No file's key: its row says that the files of before were counted."""
_RETRY_SECONDS: Final = 3600
"""Retry-After of what met a full quota: room comes with retention, which counts in hours and days."""
_PAGE: Final = 500
"""Rows of one query."""
_MOST_PARAMETERS: Final = 500
"""Of one statement."""
_INPUT_NAME: Final = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9A-Za-z])", re.ASCII)
_SUM: Final = select(func.coalesce(func.sum(STORED_FILES.c.bytes), 0)).where(
    STORED_FILES.c.tenant == bindparam("tenant")
)
_QUOTA: Final = select(TENANTS.c.storage_bytes).where(TENANTS.c.name == bindparam("tenant"))
# Submits run these.
_SELECT_USE: Final = PreparedStatement(
    select(
        _SUM.scalar_subquery().label("used"),
        _QUOTA.scalar_subquery().label("quota"),
    )
)
_SELECT_KNOWN: Final = PreparedStatement(
    select(STORED_FILES.c.bytes).where(
        STORED_FILES.c.key == bindparam("key"), STORED_FILES.c.tenant == bindparam("tenant")
    )
)
_COUNT_FILE: Final = PreparedStatement(insert_if_absent(STORED_FILES), columns=("key", "tenant", "bytes"))


@dataclass(frozen=True, slots=True)
class StorageUse:
    """The bytes that a tenant has stored, and how many it may; 0 for any number."""

    used: int
    quota: int

    def has_room(self, more: int) -> bool:
        """Say whether so many bytes more may be stored; none may where the quota is used up."""
        return not self.quota or (self.used < self.quota and self.used + more <= self.quota)

    def require_room(self, new: int) -> None:
        """Return if this tenant may store so many bytes more.

        Raises:
            QuotaExceeded: its quota is used up, or would be passed.
        """
        if self.has_room(new):
            return
        more = f"; this request adds {format_size(new)}" if new else ""
        raise QuotaExceeded(
            f"This tenant uses {format_size(self.used)} of its storage quota of "
            f"{format_size(self.quota)}{more}. Space becomes free when files expire or are deleted.",
            retry_after_seconds=_RETRY_SECONDS,
        )


def get_storage_use(database: Database, tenant: str, usual_quota: int) -> StorageUse:
    """Return what a tenant has stored; `usual_quota` is that of tenants with none of their own."""
    with database.snapshot() as connection:
        return _load_use(connection, tenant, usual_quota)


def sum_stored_bytes(database: Database) -> dict[str, int]:
    """Return the bytes that each tenant has stored, by name; tenants without files are left out."""
    query = select(STORED_FILES.c.tenant, func.sum(STORED_FILES.c.bytes).label("bytes"))
    query = query.where(STORED_FILES.c.key != _COUNTED_MARK).group_by(STORED_FILES.c.tenant)
    with database.read() as connection:
        return {row.tenant: int(row.bytes) for row in connection.execute(query)}


def sum_bytes_of_tenant(connection: Connection, tenant: str) -> int:
    """Return the bytes that a tenant has stored."""
    return int(connection.execute(_SUM, {"tenant": tenant}).scalar_one())


def require_storage(
    connection: Connection, tenant: str, files: Mapping[str, int], *, usual_quota: int
) -> None:
    """Return if a tenant may store these files, given by key and size; those it has already cost nothing.

    Raises:
        QuotaExceeded: its quota is used up, or would be passed.
    """
    use = _load_use(connection, tenant, usual_quota)
    if not use.has_room(sum(files.values())):
        use.require_room(sum_new_bytes(connection, tenant, files))


def check_upload(database: Database, tenant: str, upload: Mapping[str, int], *, usual_quota: int) -> None:
    """Return if a tenant may store an upload, given by key and size, at this moment.

    One that is put again takes no more room, even where there is none.

    Raises:
        QuotaExceeded: as in `require_storage`.
    """
    with database.snapshot() as connection:
        if not find_counted_keys(connection, upload):
            require_storage(connection, tenant, upload, usual_quota=usual_quota)


def count_upload(database: Database, tenant: str, upload: Mapping[str, int], *, usual_quota: int) -> None:
    """Count an upload for a tenant that may store it, likewise."""
    with database.write() as connection:
        lock_tenants(connection, [tenant])
        if not find_counted_keys(connection, upload):
            require_storage(connection, tenant, upload, usual_quota=usual_quota)
            count_files(connection, tenant, upload)


def sum_new_bytes(connection: Connection, tenant: str, files: Mapping[str, int]) -> int:
    """Return what those of the files take, given by key and size, that a tenant does not have yet."""
    return sum(
        size
        for key, size in files.items()
        if _SELECT_KNOWN.fetch_one(connection, {"key": key, "tenant": tenant}) is None
    )


def count_files(connection: Connection, tenant: str, files: Mapping[str, int]) -> None:
    """Count files, given by key and size, for a tenant; each once, however often it is handed in."""
    if files:
        rows = [{"key": key, "tenant": tenant, "bytes": size} for key, size in files.items()]
        _COUNT_FILE.run_many(connection, rows)


def uncount_files(connection: Connection, keys: Collection[str]) -> None:
    """Count files, which are to be deleted, for nobody any more."""
    for some in _split(sorted(keys)):
        connection.execute(delete(STORED_FILES).where(STORED_FILES.c.key.in_(some)))


def find_counted_keys(connection: Connection, keys: Collection[str]) -> frozenset[str]:
    """Return those of the keys whose files count for somebody."""
    found = set[str]()
    for some in _split(sorted(keys)):
        query = select(STORED_FILES.c.key).where(STORED_FILES.c.key.in_(some))
        found |= set(connection.execute(query).scalars())
    return frozenset(found)


def count_existing_files(connection: Connection, sizes: Mapping[str, int]) -> None:
    """Count the files of a data folder that was made before files were counted: once, by key and size.

    Results belong to their task's tenant, images and uploads to every tenant with a task that names them,
    the rest to nobody.
    """
    inputs = {match[0]: key for key in sizes if (match := _INPUT_NAME.search(key))}
    for tenant, keys in _iterate_task_files(connection, inputs):
        count_files(connection, tenant, {key: sizes[key] for key in keys if key in sizes})
    inputs_of_nobody = {*inputs.values()} - find_counted_keys(connection, inputs.values())
    count_files(connection, NOBODY, {key: sizes[key] for key in inputs_of_nobody} | {_COUNTED_MARK: 0})


def needs_counting(connection: Connection) -> bool:
    """Say whether the data folder's files were never counted."""
    return connection.execute(select(STORED_FILES).where(STORED_FILES.c.key == _COUNTED_MARK)).first() is None


def iterate_counted_files(database: Database) -> Iterator[tuple[str, int]]:
    """Yield key and size of every file that counts for somebody, each once, page by page."""
    query = (
        select(STORED_FILES.c.key, func.max(STORED_FILES.c.bytes).label("bytes"))
        .group_by(STORED_FILES.c.key)
        .order_by(STORED_FILES.c.key)
        .limit(_PAGE)
    )
    last = _COUNTED_MARK
    while True:
        with database.read() as connection:
            rows = connection.execute(query.where(STORED_FILES.c.key > last)).all()
        yield from ((row.key, row.bytes) for row in rows)
        if len(rows) < _PAGE:
            return
        last = rows[-1].key


def _load_use(connection: Connection, tenant: str, usual_quota: int) -> StorageUse:
    row = _SELECT_USE.fetch_one(connection, {"tenant": tenant})
    assert row is not None, "it has neither FROM nor WHERE"
    used, quota = row
    return StorageUse(int(used), usual_quota if quota is None else quota)


def _iterate_task_files(
    connection: Connection, inputs: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each task's tenant with the keys of what it made and what it names; `inputs` are keys by name."""
    columns = (TASKS.c.id, TASKS.c.tenant, TASKS.c.fields, TASKS.c.video, TASKS.c.cover, TASKS.c.clean)
    # Tasks in test mode share one video, which is nobody's, and render no images.
    rendered = TASKS.c.id.not_in(select(TEST_TASKS.c.task))
    query = select(*columns).where(rendered).order_by(TASKS.c.id).limit(_PAGE)
    last = 0
    while rows := connection.execute(query.where(TASKS.c.id > last)).all():
        for row in rows:
            named = {inputs[name] for name in _INPUT_NAME.findall(row.fields) if name in inputs}
            made = filter(None, (row.video, row.cover, row.clean))
            yield row.tenant, (*named, *made)
        last = rows[-1].id


def _split(keys: Iterable[str]) -> Iterator[list[str]]:
    keys = list(keys)
    for start in range(0, len(keys), _MOST_PARAMETERS):
        yield keys[start : start + _MOST_PARAMETERS]
