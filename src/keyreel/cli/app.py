"""The tree of commands and their options."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from keyreel.cli.commands.accounts import keys_app, ledger_app, tenants_app
from keyreel.cli.commands.callbacks import callbacks_app, listen
from keyreel.cli.commands.clock import clock_app, quote
from keyreel.cli.options import DataOption, JsonOption  # noqa: TC001 - typer reads annotations
from keyreel.cli.system import check_system

app = typer.Typer(
    help="Self-hosted video generation that speaks the Vidu API family.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(keys_app, name="keys")
app.add_typer(tenants_app, name="tenants")
app.add_typer(ledger_app, name="ledger")
app.add_typer(callbacks_app, name="callbacks")
app.command()(listen)
app.add_typer(clock_app, name="clock")
app.command()(quote)
bench_app = typer.Typer(help="Measure this machine against what Keyreel promises.", no_args_is_help=True)
app.add_typer(bench_app, name="bench")
voices_app = typer.Typer(help="The voices that speak dialogue.", no_args_is_help=True)
app.add_typer(voices_app, name="voices")

BaseUrlOption = Annotated[
    str,
    typer.Option("--base-url", envvar="KEYREEL_BASE_URL", help="Server; default: the one on this machine."),
]
ApiKeyOption = Annotated[
    str, typer.Option("--api-key", envvar="KEYREEL_API_KEY", help="Default: the data folder's own key.")
]


@app.command()
def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 for any free one.", show_default="8787")] = None,
    data: DataOption = None,
    dev: Annotated[bool, typer.Option("--dev", help="Development mode: a clock to move, markers.")] = False,
) -> None:
    """Start the server and its worker."""
    check_system(os.name)
    from keyreel.cli.commands.up import run

    run(host=host, port=port, data=data, dev=dev)


@app.command()
def generate(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    model: Annotated[str, typer.Argument(help="For example vidu-q2-pro-multiframe.")],
    image: Annotated[list[str] | None, typer.Option(help="Path or URL; repeat it in order.")] = None,
    prompt: Annotated[list[str] | None, typer.Option(help="One for all, or one for each shot.")] = None,
    duration: Annotated[list[int] | None, typer.Option(help="Seconds; for each shot, or once.")] = None,
    resolution: Annotated[str | None, typer.Option(help="540p, 720p or 1080p.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same video.")] = None,
    field: Annotated[list[str] | None, typer.Option(help="Any other field, as name=value.")] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the MP4 goes.")] = Path("out.mp4"),
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    dialect: Annotated[str, typer.Option(help="Wire format to speak.")] = "async_v3",
    data: DataOption = None,
) -> None:
    """Make a video and save it."""
    from keyreel.cli.commands.generate import RequestOptions, run

    wish = RequestOptions(
        model=model,
        images=tuple(image or ()),
        prompts=tuple(prompt or ()),
        durations=tuple(duration or ()),
        resolution=resolution,
        seed=seed,
        fields=tuple(field or ()),
    )
    run(wish, output, base_url=base_url, api_key=api_key, dialect=dialect, data=data)


@app.command()
def validate(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    model: Annotated[str, typer.Argument(help="For example vidu-q2-pro-multiframe.")],
    image: Annotated[list[str] | None, typer.Option(help="Path or URL; repeat it in order.")] = None,
    prompt: Annotated[list[str] | None, typer.Option(help="One for all, or one for each shot.")] = None,
    duration: Annotated[list[int] | None, typer.Option(help="Seconds; for each shot, or once.")] = None,
    field: Annotated[list[str] | None, typer.Option(help="Any other field, as name=value.")] = None,
    base_url: Annotated[str, typer.Option(help="Ask this server; default: the catalogue here.")] = "",
    api_key: ApiKeyOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every rule that a request breaks, and its price; makes nothing, exits with 1 if it is wrong."""
    from keyreel.cli.commands.generate import RequestOptions
    from keyreel.cli.commands.validate import run

    wish = RequestOptions(
        model=model,
        images=tuple(image or ()),
        prompts=tuple(prompt or ()),
        durations=tuple(duration or ()),
        resolution=None,
        seed=None,
        fields=tuple(field or ()),
    )
    raise typer.Exit(run(wish, base_url=base_url, api_key=api_key, data=data, as_json=as_json))


@app.command()
def tasks(
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, newest first.")] = 20,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the newest tasks of all tenants."""
    from keyreel.cli.local.operator import list_tasks

    list_tasks(data, limit=limit, as_json=as_json)


@app.command()
def doctor(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Check this machine and say what works here."""
    from keyreel.cli.commands.doctor import run

    raise typer.Exit(run(data, as_json=as_json))


@app.command()
def conformance(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    dialect: Annotated[list[str] | None, typer.Option(help="Only this wire format; repeat it.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="Only this model's limits; repeat it.")] = None,
    render: Annotated[bool, typer.Option("--render", help="Make one small video; it may cost.")] = False,
    large: Annotated[bool, typer.Option("--large", help="Send values of megabytes, too.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check any host of the family against the catalogue; exits with 1 where something fails."""
    from keyreel.cli.commands.conformance import build_plan, run

    plan = build_plan(dialect or [], model or [], render=render, large=large)
    raise typer.Exit(run(plan, base_url=base_url, api_key=api_key, data=data, as_json=as_json))


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A video from anywhere.")],
    root: Annotated[Path | None, typer.Option(help="PEM file of one more root certificate to trust.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether a video is untouched, who made it and which task; exits with 1 unless it is untouched."""
    from keyreel.cli.commands.verify import run

    raise typer.Exit(run(file, data, root=root, as_json=as_json))


@app.command()
def usage(
    tenant: Annotated[str | None, typer.Option(help="One tenant's only.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what each task has cost."""
    from keyreel.cli.commands.ledger import print_usage as run

    run(data, tenant=tenant, as_json=as_json)


@bench_app.command("motion")
def bench_motion(
    resolution: Annotated[list[str], typer.Option(help="Repeat it for several.")] = ["720p"],  # noqa: B006 - typer copies it
    images: Annotated[Path | None, typer.Option(help="Default: the checkout's examples/pictures.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where JSON goes.")] = None,
) -> None:
    """Measure the motion engine's speed, memory and quality."""
    from keyreel.cli.commands.bench import run_motion

    run_motion(resolution, images, output)


@bench_app.command("finishing")
def bench_finishing(
    resolution: Annotated[str, typer.Option(help="The measured clip's size.")] = "720p",
    images: Annotated[Path | None, typer.Option(help="Default: the checkout's examples/pictures.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where JSON goes.")] = None,
) -> None:
    """Measure what finishing costs: mark, sound track, labels, signature, cover."""
    from keyreel.cli.commands.bench import run_finishing

    run_finishing(resolution, images, output)


@voices_app.command("list")
def list_voices(as_json: JsonOption = False) -> None:
    """List the named voices and say which of them this install has."""
    from keyreel.cli.commands.voices import print_voices as run

    run(as_json=as_json)


@voices_app.command("say")
def say(
    text: Annotated[str, typer.Argument(help="What is to be said.")],
    voice: Annotated[str, typer.Option(help="A voice's name, or any voice_id of a request.")] = "",
    language: Annotated[str, typer.Option(help="en or zh; default: what the text is in.")] = "",
    output: Annotated[Path, typer.Option("-o", "--output", help="A .wav or .m4a file.")] = Path("speech.wav"),
) -> None:
    """Say a text as a voice does, into a file."""
    from keyreel.cli.commands.voices import save_speech as run

    run(text, voice, language, output)


def main() -> None:
    """Run the command line; a mistake that Keyreel can explain is one sentence and exit code 1."""
    from keyreel.errors import KeyreelError

    try:
        app()
    except KeyreelError as error:
        _exit_with_error(error.message)
    except OSError as error:  # a file that was named and cannot be read or written
        _exit_with_error(f"{error.filename or 'file'}: {error.strerror}.")


def _exit_with_error(sentence: str) -> NoReturn:
    typer.secho(f"keyreel: {sentence}", err=True, fg=typer.colors.RED)
    raise SystemExit(1)
