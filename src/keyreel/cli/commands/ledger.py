"""`keyreel ledger`: every credit that ever moved, verified and exported; nothing is changed."""

from __future__ import annotations

import json
import sys

import typer

from keyreel.cli.operator_client import OperatorOptions, connect_for_reading
from keyreel.cli.options import (  # noqa: TC001 - typer reads annotations
    AdminTokenOption,
    DataOption,
    JsonOption,
    OperatorUrlOption,
)

ledger_app = typer.Typer(help="Ledger: check and export all movements of credits.", no_args_is_help=True)


@ledger_app.command("verify")
def verify_ledger(
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Check that the ledger adds up. Exits with 1 if it does not."""
    with connect_for_reading(OperatorOptions(data, base_url, admin_token)) as server:
        audit = server.request("GET", "/v1/admin/ledger/verify")
    if as_json:
        print(json.dumps(audit))
    elif audit["ok"]:
        print(f"The ledger is correct: {audit['tasks']} tasks, {audit['open_holds']} of them not ended.")
    else:
        print("\n".join(audit["problems"]))
    raise typer.Exit(0 if audit["ok"] else 1)


@ledger_app.command("export")
def export_ledger(
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Print every posting, oldest first."""
    with (
        connect_for_reading(OperatorOptions(data, base_url, admin_token)) as server,
        server.stream_lines("/v1/admin/ledger") as lines,
    ):
        # Line by line: a ledger may be longer than the memory is large.
        sys.stdout.writelines(f"{line.rstrip() if as_json else _format_posting(line)}\n" for line in lines)


def _format_posting(line: str) -> str:
    posting = json.loads(line)
    task_id = posting["task_id"] or ""
    columns = (f"{posting['kind']:<10}", f"{task_id:<19}", f"{posting['amount']:>12}", posting["account"])
    return "  ".join((posting["created"], *columns))
