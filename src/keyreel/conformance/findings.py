"""The results of checks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one dialect or endpoint; `detail` is the reason where it did not pass."""

    dialect: str
    subject: str
    """What was checked: an endpoint's name, or a part of the dialect."""
    check: str
    outcome: Outcome
    detail: str = ""


def make_passed(dialect: str, subject: str, check: str) -> CheckResult:
    """Return a check that passed."""
    return CheckResult(dialect, subject, check, Outcome.PASS)


def make_failed(dialect: str, subject: str, check: str, detail: str) -> CheckResult:
    """Return a check that failed."""
    return CheckResult(dialect, subject, check, Outcome.FAIL, detail)


def make_skipped(dialect: str, subject: str, check: str, detail: str) -> CheckResult:
    """Return a check that was left out."""
    return CheckResult(dialect, subject, check, Outcome.SKIPPED, detail)


def make_passed_or_failed(dialect: str, subject: str, check: str, problem: str) -> CheckResult:
    """Return a check that failed where there is a problem, else passed."""
    return make_failed(dialect, subject, check, problem) if problem else make_passed(dialect, subject, check)
