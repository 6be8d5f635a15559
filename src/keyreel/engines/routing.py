"""Which engines may make a task: the first routing rule that matches it, else the order of preference."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from keyreel.errors import InvalidSetting
from keyreel.settings.engines import name_rule
from keyreel.system.setting_values import echo_value
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.endpoints.naming import format_model_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.order import Operation
    from keyreel.settings.engines import RoutingRule
    from keyreel.task import Submission
    from keyreel.wire.endpoints.endpoint import Endpoint

_HASH_BYTES: Final = 8
_HASH_VALUES: Final = 2.0 ** (8 * _HASH_BYTES)


@dataclass(frozen=True, slots=True)
class RoutedTask:
    """What routing rules ask of a task beside its order; `endpoint` is a name of the catalogue."""

    endpoint: str
    tenant: str
    off_peak: bool = False

    @classmethod
    def from_submission(cls, submission: Submission) -> RoutedTask:
        """Return what rules ask of a submission."""
        return cls(submission.endpoint, submission.tenant, submission.off_peak)


class Canary(NamedTuple):
    """A rule that takes a share of the tasks: its number, the share, its engines that accept the order."""

    number: int
    share: float
    engines: tuple[str, ...]

    def takes(self, task_id: str) -> bool:
        """Say whether a task is in the share; the answer for an id never changes."""
        digest = sha256(f"{self.number}:{task_id}".encode()).digest()
        return int.from_bytes(digest[:_HASH_BYTES], "big") < self.share * _HASH_VALUES


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """The engines that may make a task, before its id is known: preferred ones first, at least one."""

    engines: tuple[str, ...]
    canaries: tuple[Canary, ...] = ()

    def list_engines(self, task_id: str) -> tuple[str, ...]:
        """List the engines for the task of an id: those of a canary go before the others."""
        for canary in self.canaries:
            if canary.takes(task_id):
                return tuple(dict.fromkeys((*canary.engines, *self.engines)))
        return self.engines

    def find_likeliest(self) -> str:
        """Return the engine that comes first for the largest part of such tasks."""
        parts, left = defaultdict[str, float](float), 1.0
        for canary in self.canaries:
            parts[canary.engines[0]] += left * canary.share
            left -= left * canary.share
        parts[self.engines[0]] += left
        return max(parts, key=parts.__getitem__)


class RoutingTable:
    """The routing rules, and the order of preference for tasks that none of them matches.

    Raises:
        InvalidSetting: a rule is about models that there are not.
    """

    def __init__(self, rules: tuple[RoutingRule, ...], preferred: tuple[str, ...]) -> None:
        self._preferred = preferred
        self._rules = [
            _CompiledRule(number, rule, _find_endpoints(rule.match.model, number))
            for number, rule in enumerate(rules, 1)
        ]

    def iterate_rules(self, operation: Operation, task: RoutedTask) -> Iterator[Canary]:
        """Yield what the matching rules say, up to the first that takes all tasks, or the preferences."""
        for rule in self._rules:
            if rule.matches(operation, task):
                yield rule.to_canary()
                if rule.takes_all:
                    return
        yield Canary(0, 1.0, self._preferred)


@dataclass(frozen=True, slots=True)
class _CompiledRule:
    number: int
    rule: RoutingRule
    endpoints: frozenset[str] | None
    """The endpoints whose models its pattern matches; None for all."""

    @property
    def takes_all(self) -> bool:
        return self.rule.share is None or self.rule.share >= 1

    def to_canary(self) -> Canary:
        return Canary(self.number, 1.0 if self.rule.share is None else self.rule.share, self.rule.engines)

    def matches(self, operation: Operation, task: RoutedTask) -> bool:
        wanted = self.rule.match
        return (
            (self.endpoints is None or task.endpoint in self.endpoints)
            and wanted.tenant in {None, task.tenant}
            and wanted.operation in {None, operation}
            and wanted.off_peak in {None, task.off_peak}
        )


def _find_endpoints(pattern: str | None, number: int) -> frozenset[str] | None:
    if pattern is None:
        return None
    found = frozenset(
        each.name()
        for each in ENDPOINTS
        if any(fnmatchcase(name, pattern.lower()) for name in _list_names(each))
    )
    if not found:
        raise InvalidSetting(
            f"{name_rule(number)} match.model: got {echo_value(pattern)}; must match a model of the "
            "catalogue, such as vidu-q2-pro-img2video or viduq2-pro."
        )
    return found


def _list_names(endpoint: type[Endpoint]) -> tuple[str, ...]:
    return f"vidu-{endpoint.name()}", endpoint.name(), format_model_name(endpoint)
