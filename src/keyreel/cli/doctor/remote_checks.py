"""Checks of a server elsewhere: what it says of itself, as its operator may ask. It knows no data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.cli.doctor.engine_checks import judge_running_engines
from keyreel.cli.doctor.findings import make_failed, make_passed
from keyreel.cli.doctor.machine_checks import describe_server
from keyreel.errors import KeyreelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.cli.doctor.findings import DoctorCheck
    from keyreel.cli.operator_client import OperatorClient, OperatorOptions


def check_remote_server(options: OperatorOptions) -> list[DoctorCheck]:
    """Check a running server: its parts, its engines and workers, its audit log and its ledger."""
    server = describe_server(options.base_url, f"{options.base_url} does not respond like a Keyreel server")
    return [server, *(_ask(options, name, check) for name, check in _CHECKS.items())]


def _ask(options: OperatorOptions, name: str, check: Callable[[OperatorClient], DoctorCheck]) -> DoctorCheck:
    from keyreel.cli.operator_client import connect_for_reading

    try:
        with connect_for_reading(options) as server:
            return check(server)
    except KeyreelError as error:
        return make_failed(name, error.message)


def _check_engines(server: OperatorClient) -> DoctorCheck:
    return judge_running_engines(server.request("GET", "/v1/admin/engines")["engines"])


def _check_workers(server: OperatorClient) -> DoctorCheck:
    engines = server.request("GET", "/v1/admin/engines")["engines"]
    nodes = sorted({worker["node"] for engine in engines for worker in engine["workers"]})
    return make_passed("workers", ", ".join(nodes) or "none is running: accepted tasks wait")


def _check_audit_log(server: OperatorClient) -> DoctorCheck:
    found = server.request("GET", "/v1/admin/audit/verify")
    if not found["ok"]:
        return make_failed("audit log", found["problems"][0])
    return make_passed("audit log", f"intact: {found['entries']} entries")


def _check_ledger(server: OperatorClient) -> DoctorCheck:
    found = server.request("GET", "/v1/admin/ledger/verify")
    if not found["ok"]:
        return make_failed("ledger", found["problems"][0])
    return make_passed("ledger", f"adds up: {found['tasks']} tasks, {found['open_holds']} of them not ended")


_CHECKS: dict[str, Callable[[OperatorClient], DoctorCheck]] = {
    "engines": _check_engines,
    "workers": _check_workers,
    "audit log": _check_audit_log,
    "ledger": _check_ledger,
}
