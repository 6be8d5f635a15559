"""`keyreel conformance`: a report on any host of the family, for people or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

from keyreel.cli.local.data_folder import DataFolder
from keyreel.conformance.findings import CheckResult, Outcome
from keyreel.conformance.host import RemoteHost
from keyreel.conformance.run import ConformancePlan, run_checks
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from keyreel.wire.endpoints import catalogue

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

_MOST_REASONS = 12
_OUTCOME_SYMBOLS = {Outcome.PASS: "[green]✓[/]", Outcome.FAIL: "[red]✗[/]", Outcome.SKIPPED: "[yellow]-[/]"}


def build_plan(dialects: list[str], models: list[str], *, render: bool, large: bool) -> ConformancePlan:
    """Return what the options ask for: everything where they name nothing."""
    return ConformancePlan(
        dialects=tuple(map(find_dialect, dialects)) or DIALECTS,
        endpoints=tuple(map(catalogue.find_endpoint, models)) or catalogue.ENDPOINTS,
        render=render,
        large=large,
    )


def run(plan: ConformancePlan, *, base_url: str, api_key: str, data: Path | None, as_json: bool) -> int:
    """Print the report; return 0 where nothing failed, else 1."""
    folder = DataFolder.from_option(data)
    base_url = base_url or folder.read_server_url() or "http://127.0.0.1:8787"
    with RemoteHost(base_url, api_key or folder.read_own_key()) as host:
        found = _collect_results(host, plan, as_json=as_json)
    counts = Counter(each.outcome for each in found)
    if as_json:
        report = {"host": base_url, **{each.value: counts[each] for each in Outcome}}
        print(json.dumps(report | {"checks": [asdict(each) for each in found]}, indent=2, ensure_ascii=False))
    else:
        _print(found, counts)
    return 1 if counts[Outcome.FAIL] else 0


def _collect_results(host: RemoteHost, plan: ConformancePlan, *, as_json: bool) -> list[CheckResult]:
    """Collect the findings and show on a terminal where the kit is."""
    from rich.console import Console

    found: list[CheckResult] = []
    console = Console(stderr=True, quiet=as_json)
    with console.status("asking") as status:
        for each in run_checks(host, plan):
            found.append(each)
            status.update(f"{len(found)} checks: {each.dialect}, {each.subject}")
    return found


def _print(found: list[CheckResult], counts: Counter[Outcome]) -> None:
    """Print a line for each subject, and why checks failed or were left out."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    subjects = dict.fromkeys((each.dialect, each.subject) for each in found)
    table = Table("format", "subject", "passed", "failed", "skipped", box=None)
    for name, subject in subjects:
        own = Counter(each.outcome for each in found if (each.dialect, each.subject) == (name, subject))
        wrong = f"[red]{own[Outcome.FAIL]}[/]" if own[Outcome.FAIL] else "0"
        table.add_row(name, subject, str(own[Outcome.PASS]), wrong, str(own[Outcome.SKIPPED]))
    console.print(table)
    for each in (each for each in found if each.outcome is Outcome.FAIL):
        console.print(f"\n{_OUTCOME_SYMBOLS[each.outcome]} {each.dialect}, {each.subject}:", end=" ")
        console.print(f"{each.check}: {each.detail}", markup=False, end="")
    _print_reasons(found, console)
    console.print(", ".join(f"{counts[each]} {each.value}" for each in Outcome))


def _print_reasons(found: list[CheckResult], console: Console) -> None:
    reasons = Counter(each.detail for each in found if each.outcome is Outcome.SKIPPED)
    console.print()
    for reason, count in reasons.most_common(_MOST_REASONS):
        console.print(_OUTCOME_SYMBOLS[Outcome.SKIPPED], end=" ")
        console.print(f"{count} left out: {reason}", markup=False)
