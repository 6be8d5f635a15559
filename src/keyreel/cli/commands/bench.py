"""`keyreel bench`: the measurements as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from keyreel.cli.commands.bench_fleet import report_fleet
from keyreel.cli.options import DataOption  # noqa: TC001 - typer reads annotations
from keyreel.order import Resolution

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from rich.console import Console
    from rich.table import Table

    from keyreel.bench.engine import EngineRender
    from keyreel.bench.motion import FlightQuality, MeasuredOrder
    from keyreel.bench.ratios import RatioMeasurement
    from keyreel.bench.served import ServedRender

bench_app = typer.Typer(help="Measure Keyreel's performance on this machine.", no_args_is_help=True)

ImageFolderOption = Annotated[
    Path | None,
    typer.Option(
        "--images", "--pictures", help="Folder of example images. Default: examples/pictures of the clone."
    ),
]


def _check_file(path: Path | None) -> Path | None:
    """Refuse a file that cannot be written before minutes are spent on what it is to hold."""
    if path is not None:
        from keyreel.client.files import check_folder

        check_folder(path, "--output")
    return path


JsonFileOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Write the results to this file as JSON.", callback=_check_file),
]

_MEGABYTE: Final = 1_000_000
_MEBIBYTE: Final = 1 << 20


@bench_app.command("motion")
def measure_motion(
    resolution: Annotated[list[Resolution], typer.Option(help="Repeat for several.")] = [Resolution.P720],  # noqa: B006 - typer copies it
    case: Annotated[list[str] | None, typer.Option(help="Only this case. Repeat for several.")] = None,
    *,
    whole: Annotated[
        bool, typer.Option("--whole", help="Measure whole requests to a cold server, without quality.")
    ] = False,
    images: ImageFolderOption = None,
    output: JsonFileOption = None,
) -> None:
    """Measure the motion engine's speed, memory, and quality, or complete requests with --whole."""
    import asyncio

    from rich.console import Console

    from keyreel.bench import orders

    sizes = tuple(resolution)
    console, cases = Console(), tuple(case or orders.CASE_NAMES)
    source = images or orders.EXAMPLE_FOLDER
    if whole:
        served = asyncio.run(_measure_served(sizes, cases, source, console))
        console.print(_build_served_table(served))
        if output:
            output.write_text(
                json.dumps([asdict(row) | {"ratio": row.cpu_ratio} for row in served], indent=2)
            )
        return
    rows, found = asyncio.run(_measure_motion(sizes, cases, source, console))
    console.print(_build_table(rows))
    console.print(_format_quality(found))
    if output:
        output.write_text(
            json.dumps({"speed": [_to_json(row) for row in rows], "quality": asdict(found)}, indent=2)
        )


@bench_app.command("engine")
def measure_engine(
    name: Annotated[str, typer.Argument(help="Name of the engine in the settings.")],
    resolution: Annotated[
        Resolution, typer.Option(help="Resolution of the measured orders.")
    ] = Resolution.P720,
    data: DataOption = None,
    *,
    images: ImageFolderOption = None,
    output: JsonFileOption = None,
) -> None:
    """Render each operation that an engine accepts once: seconds per step, memory, overhead."""
    import asyncio

    from rich.console import Console

    from keyreel.bench import engine, orders
    from keyreel.settings import read_settings

    renders = engine.measure_engine(
        read_settings(data=data).engine_settings,
        name,
        resolution,
        images or orders.EXAMPLE_FOLDER,
    )
    rows = asyncio.run(_collect_renders(renders))
    Console().print(_build_engine_table(rows))
    if output:
        output.write_text(json.dumps([asdict(row) for row in rows], indent=2))


async def _collect_renders(renders: AsyncIterator[EngineRender]) -> list[EngineRender]:
    return [row async for row in renders]


def _build_engine_table(rows: Iterable[EngineRender]) -> Table:
    from rich.table import Table

    table = Table("operation", "video s", "took s", "steps", "s a step", "outside", "peak MB", box=None)
    for row in rows:
        told = (f"{row.steps}", f"{row.seconds_a_step:.3f}", f"{row.share_outside:.1%}")
        table.add_row(
            row.name,
            f"{row.video_seconds}",
            f"{row.wall_seconds:.1f}",
            *(told if row.steps else ("", "", "")),
            f"{row.peak_bytes / _MEGABYTE:.0f}",
        )
    return table


@bench_app.command("finishing")
def measure_finishing(
    resolution: Annotated[
        Resolution, typer.Option(help="Resolution of the measured clip.")
    ] = Resolution.P720,
    images: ImageFolderOption = None,
    output: JsonFileOption = None,
) -> None:
    """Measure the cost of finishing: watermark, sound track, labels, signature, cover."""
    import asyncio

    from rich.console import Console
    from rich.table import Table

    from keyreel.bench import finishing, orders

    found = asyncio.run(finishing.measure_finishing(resolution, images or orders.EXAMPLE_FOLDER))
    table = Table("step", "CPU s", "share", box=None)
    task = found.render_seconds + found.finishing_seconds
    for cost in (finishing.StepCost("rendering and encoding", found.render_seconds), *found.steps):
        table.add_row(cost.step, f"{cost.cpu_seconds:.3f}", f"{cost.cpu_seconds / task:.1%}")
    color = "green" if found.share <= finishing.MAX_FINISHING_SHARE else "red"
    table.add_row("finishing", f"{found.finishing_seconds:.3f}", f"[{color}]{found.share:.1%}[/]")
    console = Console()
    console.print(table)
    console.print(
        f"\nfinishing may take {finishing.MAX_FINISHING_SHARE:.0%} of a task's CPU time at 720p, "
        "without speech"
    )
    if output:
        output.write_text(json.dumps(asdict(found) | {"share": found.share}, indent=2))


@bench_app.command("platform")
def measure_platform(
    peers: Annotated[
        Path | None, typer.Option(help="Folder for the peers' virtual environments. Created if missing.")
    ] = None,
    nodes: Annotated[int, typer.Option(help="Measure this many servers on one Postgres instead.")] = 0,
    workers: Annotated[int, typer.Option(help="Number of workers for --nodes.")] = 4,
    database: Annotated[
        str,
        typer.Option(help="URL of the Postgres server for --nodes. Databases are created on it and dropped."),
    ] = "",
    *,
    output: JsonFileOption = None,
) -> None:
    """Compare submits and polls with a bare route and, with --peers, with other servers.

    With --nodes, measure many processes on one Postgres, and queues of up to 100,000 tasks.
    """
    if nodes:
        report_fleet(database, nodes, workers, output)
    else:
        _report_platform(peers, output)


def _report_platform(peers: Path | None, output: Path | None) -> None:
    import asyncio

    from rich.console import Console
    from rich.table import Table

    from keyreel.bench import platform

    console = Console()
    with console.status("measuring: half a minute, plus a minute for each peer"):
        found = asyncio.run(platform.measure_platform(peers, console.print))
    table = Table("requests", "Keyreel a second", "beside a second", "ratio", box=None)
    for row in found.comparisons:
        table.add_row(row.name, f"{row.rate:.0f}", f"{row.peer_rate:.0f}", f"{row.ratio:.2f}")
    console.print(table)
    load = found.latency
    console.print(
        "\nwhile 16 clients submit an image each: "
        f"submits {load.submit_p50:.0f} ms, p99 {load.submit_p99:.0f}; "
        f"polls {load.poll_p50:.1f} ms, p99 {load.poll_p99:.1f}"
    )
    console.print(
        f"statements for a submit: {found.statements_alone:.0f} for one alone, "
        f"{found.statements_together:.1f} for each of 16 together"
    )
    if output:
        output.write_text(json.dumps(asdict(found), indent=2))


@bench_app.command("check")
def check_ratios(
    committed: Annotated[Path, typer.Option(help="File with the committed ratios.")] = Path(
        "benchmarks/ratios.json"
    ),
    *,
    write: Annotated[bool, typer.Option("--write", help="Write the measured ratios to that file.")] = False,
    images: ImageFolderOption = None,
) -> None:
    """Compare performance with the committed ratios. Fails if one is worse by more than a quarter."""
    import asyncio

    from rich.console import Console

    from keyreel.bench import orders, ratios

    measurements = ratios.list_measurements(images or orders.EXAMPLE_FOLDER)
    console = Console()
    if write:
        found = asyncio.run(ratios.measure_ratios(measurements))
        committed.write_text(
            json.dumps({name: round(ratio, 3) for name, ratio in found.items()}, indent=2) + "\n"
        )
        console.print_json(data=found)
        return
    failed = asyncio.run(_check_ratios(measurements, ratios.read_ratios(committed), console))
    if failed:
        console.print(f"Slower by more than {ratios.ALLOWED_LOSS:.0%}: {', '.join(failed)}.", style="red")
        raise typer.Exit(1)


async def _check_ratios(
    measurements: Iterable[RatioMeasurement], committed: Mapping[str, float], console: Console
) -> list[str]:
    """Print each ratio once it is measured; return the names of those that became worse."""
    from keyreel.bench import ratios

    failed: list[str] = []
    async for check in ratios.check_ratios(measurements, committed):
        verdict = "worse" if check.is_regression else "ok"
        console.print(
            f"{check.name:32} {check.ratio:6.2f}  committed {check.committed:6.2f}  "
            f"{-check.loss:+.0%}  {verdict}"
        )
        if check.is_regression:
            failed.append(check.name)
    return failed


async def _measure_served(
    sizes: tuple[Resolution, ...], cases: tuple[str, ...], images: Path, console: Console
) -> list[ServedRender]:
    from keyreel.bench import served

    rows: list[ServedRender] = []
    with console.status("measuring, one server after the other"):
        async for row in served.measure_served(sizes, images, cases):
            rows.append(row)
            console.print(f"{row.name} {row.resolution.value}: {row.wall_seconds:.1f} s", style="dim")
    return rows


def _build_served_table(rows: list[ServedRender]) -> Table:
    from rich.table import Column, Table

    table = Table(
        Column("whole request, cold server", no_wrap=True),
        *("size", "wall s", "CPU s", "floor s", "ratio", "peak MiB", "start s"),
        box=None,
    )
    for row in rows:
        table.add_row(
            row.name,
            row.resolution.value,
            f"{row.wall_seconds:.2f}",
            f"{row.cpu_seconds:.2f}",
            f"{row.floor_seconds:.2f}",
            f"{row.cpu_ratio:.2f}",
            f"{row.peak_bytes / _MEBIBYTE:.0f}",
            f"{row.start_cpu_seconds:.2f}",
        )
    return table


async def _measure_motion(
    sizes: tuple[Resolution, ...], cases: tuple[str, ...], images: Path, console: Console
) -> tuple[list[MeasuredOrder], FlightQuality]:
    from keyreel.bench import motion

    rows: list[MeasuredOrder] = []
    with console.status("measuring, one render after the other"):
        async for row in motion.measure_speed(sizes, images, cases):
            rows.append(row)
            console.print(f"{row.name} {row.resolution.value}: {row.timing.wall_seconds:.1f} s", style="dim")
        return rows, await motion.measure_flight_quality(sizes[0], images)


def _build_table(rows: list[MeasuredOrder]) -> Table:
    from rich.table import Table

    from keyreel.bench import motion

    table = Table(
        "operation", "size", "wall s/s", "CPU s/s", "floor s/s", "ratio", "limit", "peak MB", box=None
    )
    for row in rows:
        timing, limit = row.timing, motion.MAX_CPU_RATIOS[row.name]
        within = timing.cpu_ratio <= limit or row.resolution is not Resolution.P720
        each = (timing.wall_seconds, timing.cpu_seconds, timing.floor_seconds)
        table.add_row(
            row.name,
            row.resolution.value,
            *(f"{seconds / row.seconds:.2f}" for seconds in each),
            f"[{'green' if within else 'red'}]{timing.cpu_ratio:.2f}[/]",
            f"{limit:.1f}",
            f"{timing.peak_bytes / _MEGABYTE:.0f}",
        )
    return table


def _format_quality(found: FlightQuality) -> str:
    like = found.likeness
    return (
        f"\nkeyframes off by at most {found.pinned_error:.4f}; halfway frame's SSIM {like.ours:.3f} "
        f"(flow {like.flow:.3f}, dissolve {like.dissolve:.3f}); speed at seams {found.seam_speed:.2f} of even"
    )


def _to_json(row: MeasuredOrder) -> dict[str, Any]:
    timing = row.timing
    return {
        "operation": row.name,
        "resolution": row.resolution.value,
        "seconds": row.seconds,
        "wall_seconds": timing.wall_seconds,
        "cpu_seconds": timing.cpu_seconds,
        "floor_seconds": timing.floor_seconds,
        "ratio": timing.cpu_ratio,
        "peak_bytes": timing.peak_bytes,
    }
