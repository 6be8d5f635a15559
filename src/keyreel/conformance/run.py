"""The whole kit, in order: each dialect's protocol, each endpoint's limits, then the one video."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel.conformance import protocol
from keyreel.conformance.dialect_client import Spoken
from keyreel.conformance.endpoints import Limits
from keyreel.conformance.findings import Finding, skipped
from keyreel.conformance.rendering import Paid, chosen
from keyreel.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.conformance.host import Host
    from keyreel.wire.dialects.dialect import Dialect
    from keyreel.wire.endpoints.endpoint import Endpoint

_FITTING: Final = "openai_videos"
"""The dialect that changes values to what a model can do, and so refuses few."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to check."""

    dialects: tuple[Dialect, ...]
    kinds: tuple[type[Endpoint], ...]
    render: bool = False
    """Whether to make the one video, which a hosted service charges."""
    large: bool = False
    """Whether to send values of megabytes."""
    patience_seconds: float = 600.0


def findings(host: Host, plan: Plan) -> Iterator[Finding]:
    """Yield every check as it is done.

    Raises:
        RemoteError: the host cannot be reached.
    """
    for dialect in plan.dialects:
        yield from protocol.check(Spoken(host, dialect))
    yield from _limits(host, plan)
    yield from _paid(host, plan)


def _limits(host: Host, plan: Plan) -> Iterator[Finding]:
    """Check each endpoint's limits in one dialect: the first that has words for it and refuses."""
    judges = _judges(host)
    speaking = [each for each in plan.dialects if each.name != _FITTING]
    checks = {
        each.name: Limits(Spoken(host, each), large=plan.large, paying=plan.render, judges=judges)
        for each in speaking
    }
    for kind in plan.kinds:
        able = next((each for each in speaking if each.offers(kind)), None)
        if able is None:
            name = plan.dialects[0].name
            yield skipped(name, kind.name(), "limits", "no chosen format refuses what it cannot do")
            continue
        yield from checks[able.name].check(kind)


def _paid(host: Host, plan: Plan) -> Iterator[Finding]:
    able = [each for each in plan.dialects if each.name != _FITTING]
    first = able[0] if able else plan.dialects[0]
    kind = chosen(plan.kinds)
    if not plan.render:
        yield skipped(first.name, kind.name(), "a video", "it may cost: make it with --render")
        return
    others = tuple(each for each in plan.dialects if each is not first)
    yield from Paid(Spoken(host, first), others, plan.patience_seconds).check(kind)


def _judges(host: Host) -> bool:
    """Say whether the host judges requests without creating anything, as Keyreel does."""
    try:
        answer = host.ask("POST", "/v1/validate/q2-pro-img2video", json={})
    except RemoteError:
        return False
    return answer.body is not None and "problems" in answer.body
