"""The whole kit, in order: each dialect's protocol, each endpoint's limits, then the one video."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel.conformance import protocol
from keyreel.conformance.dialect_client import DialectClient
from keyreel.conformance.endpoints import LimitChecker
from keyreel.conformance.findings import CheckResult, make_skipped
from keyreel.conformance.rendering import RenderCheck, choose_endpoint
from keyreel.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.conformance.host import RemoteHost
    from keyreel.wire.dialects.dialect import Dialect
    from keyreel.wire.endpoints.endpoint import Endpoint

_LENIENT_DIALECT: Final = "openai_videos"
"""The dialect that changes values to the nearest that a model allows, and so rejects few."""


@dataclass(frozen=True, slots=True)
class ConformancePlan:
    """What to check."""

    dialects: tuple[Dialect, ...]
    endpoints: tuple[type[Endpoint], ...]
    render: bool = False
    """Whether to make the one video, for which a hosted service charges."""
    large: bool = False
    """Whether to send values of megabytes."""
    timeout_seconds: float = 600.0


def run_checks(host: RemoteHost, plan: ConformancePlan) -> Iterator[CheckResult]:
    """Yield every check as it is done.

    Raises:
        RemoteError: the host cannot be reached.
    """
    for dialect in plan.dialects:
        yield from protocol.check_protocol(DialectClient(host, dialect))
    yield from _check_limits(host, plan)
    yield from _check_render(host, plan)


def _check_limits(host: RemoteHost, plan: ConformancePlan) -> Iterator[CheckResult]:
    """Check each endpoint's limits in one dialect: the first strict one that supports it."""
    can_validate = _can_validate(host)
    strict_dialects = [each for each in plan.dialects if each.name != _LENIENT_DIALECT]
    checks = {
        each.name: LimitChecker(
            DialectClient(host, each),
            large=plan.large,
            continues_after_accept=plan.render,
            can_validate=can_validate,
        )
        for each in strict_dialects
    }
    for endpoint_class in plan.endpoints:
        able = next((each for each in strict_dialects if each.supports(endpoint_class)), None)
        if able is None:
            name = plan.dialects[0].name
            yield make_skipped(
                name,
                endpoint_class.name(),
                "limits",
                "none of the chosen formats refuses values that it cannot make",
            )
            continue
        yield from checks[able.name].check(endpoint_class)


def _check_render(host: RemoteHost, plan: ConformancePlan) -> Iterator[CheckResult]:
    able = [each for each in plan.dialects if each.name != _LENIENT_DIALECT]
    first = able[0] if able else plan.dialects[0]
    endpoint_class = choose_endpoint(plan.endpoints)
    if not plan.render:
        yield make_skipped(
            first.name, endpoint_class.name(), "a video", "may cost credits: make it with --render"
        )
        return
    others = tuple(each for each in plan.dialects if each is not first)
    yield from RenderCheck(DialectClient(host, first), others, plan.timeout_seconds).check(endpoint_class)


def _can_validate(host: RemoteHost) -> bool:
    """Return whether the host validates requests without making a task, as Keyreel does."""
    try:
        response = host.send_request("POST", "/v1/validate/q2-pro-img2video", json={})
    except RemoteError:
        return False
    return response.body is not None and "problems" in response.body
