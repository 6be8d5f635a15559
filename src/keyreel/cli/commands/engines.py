"""`keyreel engines`: what each configured engine makes, and whether it works."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from keyreel.cli.operator_client import OperatorOptions, connect_to_server
from keyreel.cli.options import (
    AdminTokenOption,
    DataOption,
    JsonOption,
    refuse_leading_options,
)
from keyreel.cli.output import print_rows
from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engines.loading import ConfiguredEngine
    from keyreel.settings.engines import EngineSettings
    from keyreel.wire.json_types import Json

EnginesUrlOption = Annotated[
    str,
    typer.Option(
        "--base-url",
        envvar="KEYREEL_BASE_URL",
        help="Remote server. Default: the settings on this machine.",
    ),
]
engines_app = typer.Typer(help="Engines: what each makes, and whether it works.", invoke_without_command=True)


@engines_app.callback()
def show_engines(  # noqa: PLR0917 - a command's options are its interface
    context: typer.Context,
    data: DataOption = None,
    base_url: EnginesUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """List the engines, or check them."""
    if context.invoked_subcommand:
        refuse_leading_options(context)
        return
    list_engines(data, base_url, admin_token, as_json)


@engines_app.command("list")
def list_engines(
    data: DataOption = None,
    base_url: EnginesUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """List all engines and engine tables: what they make, their slots, their health."""
    rows = (
        _list_engines_elsewhere(OperatorOptions(data, base_url, admin_token))
        if base_url
        else _list_engines_here(data)
    )
    if as_json:
        print(json.dumps(rows, indent=2))
    else:
        _print_engines(rows)


def _list_engines_elsewhere(options: OperatorOptions) -> list[Json]:
    with connect_to_server(options) as server:
        engines = server.request("GET", "/v1/admin/engines")["engines"]
    names = ("name", "type", "operations", "slots", "healthy", "detail")
    return [{**{name: each[name] for name in names}, "executor": "", "used": True} for each in engines]


def _list_engines_here(data: Path | None) -> list[Json]:
    from keyreel.cli.local.running_engines import read_running_problems
    from keyreel.engines.health import check_engine
    from keyreel.engines.router import EngineRouter, load_engines, load_router
    from keyreel.settings import read_settings
    from keyreel.worker.executors.choice import choose_executor

    all_settings = read_settings(data=data)
    settings = all_settings.engine_settings
    engines = load_engines(settings)
    problems = read_running_problems(all_settings.data)
    operations = EngineRouter(engines.values(), settings.names).list_operations()
    used = load_router(settings).slots_by_engine
    rows: list[Json] = []
    for each in engines.values():
        health = check_engine(each.engine)
        rows.append(
            {
                "name": each.name,
                "type": each.type,
                "operations": operations[each.name],
                "slots": each.slots,
                "executor": choose_executor(each, settings),
                "used": each.name in used,
                "healthy": health.ok and each.name not in problems,
                "detail": problems.get(each.name, health.detail),
            }
        )
    return rows


@engines_app.command("check")
def check_engines(
    name: Annotated[str, typer.Argument(help="One engine. Default: all, including unused tables.")] = "",
    data: DataOption = None,
    base_url: EnginesUrlOption = "",
    admin_token: AdminTokenOption = "",
) -> None:
    """Check engines: run each health check, then load the engine as a render would. Exits with 1 on failure.

    Engines on a Ray cluster are not loaded; this checks that a node there has their resources.
    With --base-url, that server reports the state of its engines, and nothing is loaded.
    """
    problems = (
        _ask_engines(OperatorOptions(data, base_url, admin_token), name)
        if base_url
        else _try_here(data, name)
    )
    for each, problem in problems.items():
        print(f"{each}: {problem or 'works'}")
    raise typer.Exit(1 if any(problems.values()) else 0)


def _ask_engines(options: OperatorOptions, name: str) -> dict[str, str]:
    """Return what a server says is wrong with each engine of its own; empty where nothing is."""
    engines = _list_engines_elsewhere(options)
    _require_known(name, [each["name"] for each in engines])
    return {
        each["name"]: "" if each["healthy"] else each["detail"]
        for each in engines
        if name in {"", each["name"]}
    }


def _try_here(data: Path | None, name: str) -> dict[str, str]:
    """Return what is wrong with each engine that is set here; empty where nothing is."""
    from keyreel.engines.router import load_engines
    from keyreel.settings import read_settings

    settings = read_settings(data=data).engine_settings
    engines = load_engines(settings)
    _require_known(name, list(engines))
    tried = {each: engine for each, engine in engines.items() if name in {"", each}}
    return {each: _find_problem(engine, settings) for each, engine in tried.items()}


def _require_known(name: str, known: list[str]) -> None:
    if name and name not in known:
        raise InvalidRequest(f"NAME: got {name[:64]!r}; must be one of {', '.join(known)}.", field="name")


def _find_problem(configured: ConfiguredEngine, settings: EngineSettings) -> str:
    """Return what is wrong with an engine, where it would run; empty if nothing is."""
    from keyreel.engines.engine_table import ExecutorName
    from keyreel.errors import KeyreelError
    from keyreel.worker.executors.choice import choose_executor, get_ray_address
    from keyreel.worker.ray.diagnosis import describe_cluster, find_shortage

    if choose_executor(configured, settings) is not ExecutorName.RAY:
        return _try_engine(configured)
    try:
        return find_shortage(describe_cluster(get_ray_address(settings)), configured.resources)
    except KeyreelError as error:
        return error.message


def _try_engine(configured: ConfiguredEngine) -> str:
    """Return what is wrong with an engine; empty if it loads."""
    import asyncio

    from keyreel.engine import Preloader
    from keyreel.engines.health import check_engine
    from keyreel.errors import KeyreelError

    engine = configured.engine
    health = check_engine(engine)
    if not health.ok:
        return health.detail

    async def load() -> None:
        async with engine:
            if isinstance(engine, Preloader):
                engine.preload()

    try:
        asyncio.run(load())
    except KeyreelError as error:
        return error.message
    except Exception as error:  # noqa: BLE001 - engines are anybody's code: whatever it is, it does not work
        return f"It cannot be loaded ({type(error).__name__}: {error})."
    return ""


def _print_engines(rows: list[Json]) -> None:
    shown = [
        {
            **row,
            "makes": ", ".join(row["operations"]),
            "runs": row["executor"] or "elsewhere",
            "health": "ok" if row["healthy"] else row["detail"],
        }
        for row in rows
    ]
    print_rows(shown, ("name", "type", "slots", "used", "health", "runs", "makes"), as_json=False)
