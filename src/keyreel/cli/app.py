"""The tree of commands: each under its name."""

from __future__ import annotations

from typing import Final, NoReturn

import typer

from keyreel.cli.commands.audit import print_audit_log
from keyreel.cli.commands.backup import back_up_folder, restore_folder
from keyreel.cli.commands.bench import bench_app
from keyreel.cli.commands.callbacks import callbacks_app
from keyreel.cli.commands.clock import clock_app
from keyreel.cli.commands.conformance import check_conformance
from keyreel.cli.commands.doctor import check_machine
from keyreel.cli.commands.engines import engines_app
from keyreel.cli.commands.generate import generate_video
from keyreel.cli.commands.keys import keys_app
from keyreel.cli.commands.ledger import ledger_app
from keyreel.cli.commands.listen import receive_webhooks
from keyreel.cli.commands.mcp import serve_tools
from keyreel.cli.commands.migrate import migrate_installation
from keyreel.cli.commands.quote import quote_video
from keyreel.cli.commands.secrets import secrets_app
from keyreel.cli.commands.serve import start_serving
from keyreel.cli.commands.tasks import tasks_app
from keyreel.cli.commands.tenants import tenants_app
from keyreel.cli.commands.up import start_server
from keyreel.cli.commands.usage import print_usage
from keyreel.cli.commands.validate import validate_request
from keyreel.cli.commands.verify import verify_video
from keyreel.cli.commands.voices import voices_app
from keyreel.cli.commands.work import start_working

_USAGE_STATUS: Final = 2

app = typer.Typer(
    help="Self-hosted video generation that speaks the Vidu API family.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("backup")(back_up_folder)
app.command("restore")(restore_folder)
app.command("listen")(receive_webhooks)
app.command("mcp")(serve_tools)
app.command("quote")(quote_video)
app.command("up")(start_server)
app.command("serve")(start_serving)
app.command("work")(start_working)
app.command("generate")(generate_video)
app.command("validate")(validate_request)
app.command("doctor")(check_machine)
app.command("conformance")(check_conformance)
app.command("verify")(verify_video)
app.command("usage")(print_usage)
app.command("audit")(print_audit_log)
app.command("migrate")(migrate_installation)
app.add_typer(tasks_app, name="tasks")
app.add_typer(keys_app, name="keys")
app.add_typer(secrets_app, name="secrets")
app.add_typer(tenants_app, name="tenants")
app.add_typer(ledger_app, name="ledger")
app.add_typer(callbacks_app, name="callbacks")
app.add_typer(clock_app, name="clock")
app.add_typer(bench_app, name="bench")
app.add_typer(voices_app, name="voices")
app.add_typer(engines_app, name="engines")


def main() -> None:
    """Run the command line; a mistake that Keyreel can explain is one sentence and exit code 1.

    Exit code 2 is for a mistake in settings or in the data folder's files, as for one in options.
    """
    from keyreel.errors import InvalidSetting, KeyreelError

    try:
        app()
    except InvalidSetting as error:
        _exit_with_error(error.message, _USAGE_STATUS)
    except KeyreelError as error:
        _exit_with_error(error.message)
    except OSError as error:  # a file that was named and cannot be read or written
        _exit_with_error(f"{error.filename or 'file'}: {error.strerror}.")


def _exit_with_error(sentence: str, status: int = 1) -> NoReturn:
    typer.secho(f"keyreel: {sentence}", err=True, fg=typer.colors.RED)
    raise SystemExit(status)
