"""The limits of endpoints, checked on a host by its error responses: none of them costs anything.

A value beyond a limit is sent beside a second mistake first, so that a host that accepts it still makes no
video. A value that is allowed is checked likewise: the error response must name the other mistake alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from keyreel.conformance.findings import (
    CheckResult,
    make_failed,
    make_passed,
    make_passed_or_failed,
    make_skipped,
)
from keyreel.conformance.limits import iterate_probes
from keyreel.errors import Refusal
from keyreel.wire.requests.validation import validate_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.conformance.dialect_client import DialectClient
    from keyreel.conformance.limits import LimitProbe
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

_STOPPED: Final = (
    "this host accepts requests that it should refuse, which may cost credits: continue with --render"
)


@dataclass(slots=True)
class LimitChecker:
    """The limits of one endpoint after another."""

    client: DialectClient
    large: bool
    """Whether to send values of megabytes as well."""
    continues_after_accept: bool
    """Whether to go on with a host that accepts what it should reject."""
    can_validate: bool
    """Whether the host validates requests without making a task."""
    _stopped: bool = False
    _named_first: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Endpoints and fields of which the host, finding two mistakes, names the probed one."""

    def check(self, endpoint_class: type[Endpoint]) -> Iterator[CheckResult]:
        """Check every limit of an endpoint, what is beyond it first."""
        found = list(iterate_probes(endpoint_class))
        for probe in [each for each in found if each.expected_error] + [
            each for each in found if not each.expected_error
        ]:
            yield self._run_probe(endpoint_class, probe)

    def _run_probe(self, endpoint_class: type[Endpoint], probe: LimitProbe) -> CheckResult:
        where = self.client.dialect.name, endpoint_class.name()
        check = f"{probe.field}: {probe.description} is {'refused' if probe.expected_error else 'allowed'}"
        if probe.large and not self.large:
            return make_skipped(*where, check, "large value: check it with --large")
        if self._stopped:
            return make_skipped(*where, check, _STOPPED)
        return (
            self._check_rejected(endpoint_class, probe, check)
            if probe.expected_error
            else self._check_allowed(endpoint_class, probe, check)
        )

    def _check_rejected(self, endpoint_class: type[Endpoint], probe: LimitProbe, check: str) -> CheckResult:
        where = self.client.dialect.name, endpoint_class.name()
        call = self.client.build_submit(endpoint_class, probe.fields)
        if not probe.concerns_image and not validate_request(self.client.parse_submit(call)).violations:
            return make_skipped(*where, check, "this format allows it")
        assert probe.expected_error
        expected_error = probe.expected_error("", field=probe.field)
        if not probe.concerns_image:
            both = self.client.submit(
                self.client.build_submit(endpoint_class, probe.fields | _make_second_mistake(probe))
            )
            if not self.client.find_error_mismatch(both, expected_error):
                self._named_first.add((endpoint_class.name(), probe.field))
                return make_passed(*where, check)
        response = self.client.submit(call)
        made = self.client.parse_task_id(response)
        if made is None:
            return make_passed_or_failed(
                *where, check, self.client.find_error_mismatch(response, expected_error)
            )
        self._stopped = not self.continues_after_accept
        self.client.cancel(made)
        return make_failed(*where, check, f"it was accepted as task {made}")

    def _check_allowed(self, endpoint_class: type[Endpoint], probe: LimitProbe, check: str) -> CheckResult:
        where = self.client.dialect.name, endpoint_class.name()
        if self.can_validate:
            return make_passed_or_failed(*where, check, self._validate_remotely(endpoint_class, probe))
        if probe.concerns_image or (endpoint_class.name(), probe.field) not in self._named_first:
            return make_skipped(*where, check, "this host can only show it by making a video")
        response = self.client.submit(
            self.client.build_submit(endpoint_class, probe.fields | _make_second_mistake(probe))
        )
        error = self.client.parse_error(response)
        named = error.field if isinstance(error, Refusal) else ""
        problem = f"expected the other mistake, got {response.excerpt}"
        return make_passed_or_failed(*where, check, "" if named in _make_second_mistake(probe) else problem)

    def _validate_remotely(self, endpoint_class: type[Endpoint], probe: LimitProbe) -> str:
        call = self.client.build_submit(endpoint_class, probe.fields)
        path = f"/v1/validate/{quote(endpoint_class.name())}?dialect={self.client.dialect.name}"
        response = self.client.send_request("POST", path, json=call.json)
        if response.status != HTTPStatus.OK or response.body is None:
            return f"no verdict: {response.excerpt}"
        wrong = [each for each in response.body["problems"] if each["error"] != "UnsupportedOrder"]
        return "; ".join(each["message"] for each in wrong)


def _make_second_mistake(probe: LimitProbe) -> Json:
    """Return a mistake in another field."""
    return {"movement_amplitude": "never"} if probe.field == "resolution" else {"resolution": "1p"}
