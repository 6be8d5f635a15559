"""`keyreel conformance`: a report on any host of the family, for people or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.options import (  # noqa: TC001 - typer reads annotations
    ApiKeyOption,
    BaseUrlOption,
    DataOption,
    JsonOption,
)

if TYPE_CHECKING:
    from rich.console import Console

    from keyreel.conformance.findings import CheckResult, Outcome
    from keyreel.conformance.host import RemoteHost
    from keyreel.conformance.run import ConformancePlan

_MAX_PRINTED_REASONS: Final = 12
_OUTCOME_SYMBOLS: Final = {"pass": "[green]✓[/]", "fail": "[red]✗[/]", "skipped": "[yellow]-[/]"}
"""By the value of an Outcome."""


def check_conformance(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    dialect: Annotated[
        list[str] | None, typer.Option(help="Only this wire format. Repeat for several.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="Only the limits of this model. Repeat for several.")
    ] = None,
    render: Annotated[
        bool, typer.Option("--render", help="Also make one small video, which may cost credits.")
    ] = False,
    large: Annotated[bool, typer.Option("--large", help="Also send values of several megabytes.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Test a server against the documented behaviour. Exits with 1 if a check fails."""
    from keyreel.conformance.findings import Outcome
    from keyreel.conformance.host import RemoteHost

    plan = _build_plan(dialect or [], model or [], render=render, large=large)
    url, key = DataFolder.from_option(data).choose_server(base_url, api_key)
    with RemoteHost(url, key) as host:
        results = _collect_results(host, plan, as_json=as_json)
    counts = Counter(each.outcome for each in results)
    if as_json:
        report = {"host": url, **{each.value: counts[each] for each in Outcome}}
        report |= {"checks": [asdict(each) for each in results]}
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        _print_results(results, counts)
    raise typer.Exit(1 if counts[Outcome.FAIL] else 0)


def _build_plan(dialects: list[str], models: list[str], *, render: bool, large: bool) -> ConformancePlan:
    """Return what the options name; where they name nothing, everything."""
    from keyreel.conformance.run import ConformancePlan
    from keyreel.wire.dialects.registry import DIALECTS, find_dialect
    from keyreel.wire.endpoints import catalogue

    return ConformancePlan(
        dialects=tuple(map(find_dialect, dialects)) or DIALECTS,
        endpoints=tuple(map(catalogue.find_endpoint, models)) or catalogue.ENDPOINTS,
        render=render,
        large=large,
    )


def _collect_results(host: RemoteHost, plan: ConformancePlan, *, as_json: bool) -> list[CheckResult]:
    """Run the checks; on a terminal, show how many are done."""
    from rich.console import Console

    from keyreel.conformance.run import run_checks

    results: list[CheckResult] = []
    console = Console(stderr=True, quiet=as_json)
    with console.status("asking") as status:
        for each in run_checks(host, plan):
            results.append(each)
            status.update(f"{len(results)} checks: {each.dialect}, {each.subject}")
    return results


def _print_results(results: list[CheckResult], counts: Counter[Outcome]) -> None:
    """Print a line for each subject, and why checks failed or were left out."""
    from rich.console import Console
    from rich.table import Table

    from keyreel.conformance.findings import Outcome

    console = Console(highlight=False)
    subjects = dict.fromkeys((each.dialect, each.subject) for each in results)
    table = Table("format", "subject", "passed", "failed", "skipped", box=None)
    for name, subject in subjects:
        own = Counter(each.outcome for each in results if (each.dialect, each.subject) == (name, subject))
        wrong = f"[red]{own[Outcome.FAIL]}[/]" if own[Outcome.FAIL] else "0"
        table.add_row(name, subject, str(own[Outcome.PASS]), wrong, str(own[Outcome.SKIPPED]))
    console.print(table)
    for each in (each for each in results if each.outcome is Outcome.FAIL):
        console.print(f"\n{_OUTCOME_SYMBOLS[each.outcome]} {each.dialect}, {each.subject}:", end=" ")
        console.print(f"{each.check}: {each.detail}", markup=False, end="")
    _print_reasons(results, console)
    console.print(", ".join(f"{counts[each]} {each.value}" for each in Outcome))


def _print_reasons(results: list[CheckResult], console: Console) -> None:
    from keyreel.conformance.findings import Outcome

    reasons = Counter(each.detail for each in results if each.outcome is Outcome.SKIPPED)
    console.print()
    for reason, count in reasons.most_common(_MAX_PRINTED_REASONS):
        console.print(_OUTCOME_SYMBOLS[Outcome.SKIPPED], end=" ")
        console.print(f"{count} skipped: {reason}", markup=False)
