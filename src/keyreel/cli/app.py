"""The tree of commands: each under its name."""

from __future__ import annotations

import os
from typing import Annotated, Final, NoReturn

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
from keyreel.cli.commands.models import list_models
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

_MAKE, _SERVE, _ADMINISTER, _EXAMINE = "Make videos", "Run a server", "Administer", "Examine"
"""The panels of the help, in this order."""

app = typer.Typer(
    help="Self-hosted video generation with the Vidu API family.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        import keyreel

        print(f"keyreel {keyreel.__version__}")
        raise typer.Exit


@app.callback()
def begin(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Self-hosted video generation with the Vidu API family."""
    del version
    _warn_of_unread_variables()


app.command("generate", rich_help_panel=_MAKE)(generate_video)
app.add_typer(tasks_app, name="tasks", rich_help_panel=_MAKE)
app.command("models", rich_help_panel=_MAKE)(list_models)
app.command("quote", rich_help_panel=_MAKE)(quote_video)
app.command("validate", rich_help_panel=_MAKE)(validate_request)
app.add_typer(voices_app, name="voices", rich_help_panel=_MAKE)
app.command("up", rich_help_panel=_SERVE)(start_server)
app.command("serve", rich_help_panel=_SERVE)(start_serving)
app.command("work", rich_help_panel=_SERVE)(start_working)
app.command("doctor", rich_help_panel=_SERVE)(check_machine)
app.add_typer(engines_app, name="engines", rich_help_panel=_SERVE)
app.command("migrate", rich_help_panel=_SERVE)(migrate_installation)
app.command("backup", rich_help_panel=_SERVE)(back_up_folder)
app.command("restore", rich_help_panel=_SERVE)(restore_folder)
app.add_typer(secrets_app, name="secrets", rich_help_panel=_SERVE)
app.add_typer(tenants_app, name="tenants", rich_help_panel=_ADMINISTER)
app.add_typer(keys_app, name="keys", rich_help_panel=_ADMINISTER)
app.command("usage", rich_help_panel=_ADMINISTER)(print_usage)
app.add_typer(ledger_app, name="ledger", rich_help_panel=_ADMINISTER)
app.command("audit", rich_help_panel=_ADMINISTER)(print_audit_log)
app.add_typer(callbacks_app, name="callbacks", rich_help_panel=_ADMINISTER)
app.command("verify", rich_help_panel=_EXAMINE)(verify_video)
app.command("mcp", rich_help_panel=_MAKE)(serve_tools)
app.command("listen", rich_help_panel=_EXAMINE)(receive_webhooks)
app.add_typer(clock_app, name="clock", rich_help_panel=_EXAMINE)
app.command("conformance", rich_help_panel=_EXAMINE)(check_conformance)
app.add_typer(bench_app, name="bench", rich_help_panel=_EXAMINE)


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


def _warn_of_unread_variables() -> None:
    """Write a line about each variable KEYREEL_* that nothing reads: it may be a misspelt setting."""
    if not any(name.upper().startswith("KEYREEL_") for name in os.environ):
        return  # the settings take a fifth of a second to import
    from keyreel.settings import list_unread_variables

    for sentence in list_unread_variables():
        _print_line(f"warning: {sentence}", typer.colors.YELLOW)


def _exit_with_error(sentence: str, status: int = 1) -> NoReturn:
    _print_line(sentence, typer.colors.RED)
    raise SystemExit(status)


def _print_line(sentence: str, colour: str) -> None:
    line = f"keyreel: {sentence}"
    # With any style click also writes what resets it.
    typer.echo(line if os.environ.get("NO_COLOR") else typer.style(line, fg=colour), err=True)
