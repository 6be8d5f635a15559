"""The books for the operator: read in the running server, or in the data folder; nothing is changed there."""

from __future__ import annotations

import json
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.local.operator import print_rows
from keyreel.errors import RemoteError
from keyreel.pricing import to_usd
from keyreel.tasks.database.connection import DATABASE_FILE, Database
from keyreel.tasks.database.folder_lock import is_held

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from keyreel.wire.json_types import Json

_TIMEOUT_SECONDS = 600.0
"""Adding up a long ledger takes its time."""


def print_audit(data: Path | None, *, as_json: bool) -> int:
    """Print whether everything adds up, and return the exit code."""
    from keyreel.server.routes.operator.ledger import describe_audit

    with _open_ledger_lines(
        data, "/v1/admin/ledger/verify", lambda books: iter([json.dumps(describe_audit(books))])
    ) as (lines):
        found: Json = json.loads("".join(lines))
    if as_json:
        print(json.dumps(found))
    elif found["ok"]:
        print(f"The books are right: {found['tasks']} tasks, {found['open_holds']} of them not ended.")
    else:
        print("\n".join(found["problems"]))
    return 0 if found["ok"] else 1


def print_postings(data: Path | None, *, as_json: bool) -> None:
    """Print every posting, oldest first."""
    from keyreel.server.routes.operator.ledger import iterate_ledger_lines

    with _open_ledger_lines(data, "/v1/admin/ledger", iterate_ledger_lines) as lines:
        if as_json:
            sys.stdout.writelines(f"{line.rstrip()}\n" for line in lines)
            return
        rows = [json.loads(line) for line in lines]
    print_rows(rows, ("created", "kind", "task_id", "account", "amount"), as_json=False)


def print_usage(data: Path | None, *, tenant: str | None, as_json: bool) -> None:
    """Print what each task has cost."""
    from urllib.parse import quote

    from keyreel.server.routes.operator.ledger import describe_usage

    path = "/v1/admin/usage" + (f"?tenant={quote(tenant)}" if tenant else "")
    with _open_ledger_lines(
        data, path, lambda books: iter([json.dumps(describe_usage(books, tenant))])
    ) as lines:
        found: Json = json.loads("".join(lines))
    if as_json:
        print(json.dumps(found))
        return
    print_rows(found["tasks"], ("task_id", "tenant", "status", "charges", "credits"), as_json=False)
    total = sum(each["credits"] for each in found["tasks"])
    print(f"\n{len(found['tasks'])} tasks, {total} credits (${to_usd(total)}).")


@contextmanager
def _open_ledger_lines(
    data: Path | None, path: str, read_locally: Callable[[Database], Iterator[str]]
) -> Generator[Iterator[str]]:
    """Ask the server that works on the folder; read the database where none does, or where it is silent."""
    folder = DataFolder.from_option(data)
    if is_held(folder.path):
        try:
            with _stream_from_server(folder, path) as lines:
                yield lines
                return
        except _ServerUnreachable:
            pass
    with closing(Database.open_read_only(folder.path / DATABASE_FILE)) as books:
        yield read_locally(books)


class _ServerUnreachable(Exception):
    """The folder's server cannot be reached: it is starting or ending, or another command has the folder."""


@contextmanager
def _stream_from_server(folder: DataFolder, path: str) -> Generator[Iterator[str]]:
    import httpx

    headers = {"Authorization": f"Bearer {folder.read_admin_token()}"}
    try:
        client = httpx.Client(
            base_url=folder.read_server_url(), headers=headers, trust_env=False, timeout=_TIMEOUT_SECONDS
        )
        with client, client.stream("GET", path) as response:
            if response.is_error:
                answer: Json = json.loads(response.read())
                raise RemoteError(answer["message"], status=response.status_code)
            yield response.iter_lines()
    except (httpx.ConnectError, httpx.UnsupportedProtocol) as error:
        raise _ServerUnreachable from error
    except httpx.HTTPError as error:
        raise RemoteError(f"The server that holds {folder.path} does not answer: {error}.") from None
