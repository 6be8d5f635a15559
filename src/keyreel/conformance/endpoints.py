"""The limits of endpoints, held against a host by refusals: none of them costs anything.

A value beyond a limit is sent beside a second mistake first, so that a host that lets it pass still makes no
video. What is allowed is shown likewise: the host is to complain of the other mistake alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from keyreel.conformance.findings import Finding, failed, judged, passed, skipped
from keyreel.conformance.limits import probes
from keyreel.errors import Refusal
from keyreel.wire.requests.validation import examined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.conformance.dialect_client import Spoken
    from keyreel.conformance.limits import Probe
    from keyreel.wire.dialects.dialect import Json
    from keyreel.wire.endpoints.endpoint import Endpoint

_OK: Final = 200
_STOPPED: Final = "this host takes what it documents as refused, which may cost: go on with --render"


@dataclass(slots=True)
class Limits:
    """The limits of one endpoint after another."""

    spoken: Spoken
    large: bool
    """Whether to send values of megabytes as well."""
    paying: bool
    """Whether a host that takes what it should refuse is asked further."""
    judges: bool
    """Whether the host judges requests without creating anything."""
    _stopped: bool = False
    _telling: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Where a host that finds two mistakes names the one that was probed."""

    def check(self, kind: type[Endpoint]) -> Iterator[Finding]:
        """Check every limit of an endpoint, what is beyond it first."""
        found = list(probes(kind))
        for probe in [each for each in found if each.kind] + [each for each in found if not each.kind]:
            yield self._checked(kind, probe)

    def _checked(self, kind: type[Endpoint], probe: Probe) -> Finding:
        where = self.spoken.dialect.name, kind.name()
        check = f"{probe.field}: {probe.says} is {'refused' if probe.kind else 'allowed'}"
        if probe.large and not self.large:
            return skipped(*where, check, "it is large: check it with --large")
        if self._stopped:
            return skipped(*where, check, _STOPPED)
        return self._refused(kind, probe, check) if probe.kind else self._allowed(kind, probe, check)

    def _refused(self, kind: type[Endpoint], probe: Probe, check: str) -> Finding:
        where = self.spoken.dialect.name, kind.name()
        call = self.spoken.call(kind, probe.fields)
        if not probe.of_picture and not examined(self.spoken.read(call)).breaches:
            return skipped(*where, check, "this format allows it")
        assert probe.kind
        due = probe.kind("", field=probe.field)
        if not probe.of_picture:
            both = self.spoken.submit(self.spoken.call(kind, probe.fields | _second_mistake(probe)))
            if not self.spoken.misrefused(both, due):
                self._telling.add((kind.name(), probe.field))
                return passed(*where, check)
        answer = self.spoken.submit(call)
        made = self.spoken.accepted(answer)
        if made is None:
            return judged(*where, check, self.spoken.misrefused(answer, due))
        self._stopped = not self.paying
        self.spoken.cancel(made)
        return failed(*where, check, f"it was accepted as task {made}")

    def _allowed(self, kind: type[Endpoint], probe: Probe, check: str) -> Finding:
        where = self.spoken.dialect.name, kind.name()
        if self.judges:
            return judged(*where, check, self._verdict(kind, probe))
        if probe.of_picture or (kind.name(), probe.field) not in self._telling:
            return skipped(*where, check, "this host tells it by a video alone")
        answer = self.spoken.submit(self.spoken.call(kind, probe.fields | _second_mistake(probe)))
        told = self.spoken.told(answer)
        named = told.field if isinstance(told, Refusal) else ""
        problem = f"the other mistake was to be named, got {answer.shown}"
        return judged(*where, check, "" if named in _second_mistake(probe) else problem)

    def _verdict(self, kind: type[Endpoint], probe: Probe) -> str:
        call = self.spoken.call(kind, probe.fields)
        path = f"/v1/validate/{quote(kind.name())}?dialect={self.spoken.dialect.name}"
        answer = self.spoken.ask("POST", path, json=call.json)
        if answer.status != _OK or answer.body is None:
            return f"no verdict: {answer.shown}"
        wrong = [each for each in answer.body["problems"] if each["error"] != "UnsupportedOrder"]
        return "; ".join(each["message"] for each in wrong)


def _second_mistake(probe: Probe) -> Json:
    """Return a mistake in another field."""
    return {"movement_amplitude": "never"} if probe.field == "resolution" else {"resolution": "1p"}
