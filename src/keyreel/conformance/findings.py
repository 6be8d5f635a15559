"""What was looked at and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of one dialect or endpoint; `detail` is the reason where it did not pass."""

    dialect: str
    subject: str
    """What was checked: an endpoint's name, or a part of the dialect."""
    check: str
    outcome: Outcome
    detail: str = ""


def passed(dialect: str, subject: str, check: str) -> Finding:
    """Return a check that passed."""
    return Finding(dialect, subject, check, Outcome.PASS)


def failed(dialect: str, subject: str, check: str, detail: str) -> Finding:
    """Return a check that failed."""
    return Finding(dialect, subject, check, Outcome.FAIL, detail)


def skipped(dialect: str, subject: str, check: str, detail: str) -> Finding:
    """Return a check that was left out."""
    return Finding(dialect, subject, check, Outcome.SKIPPED, detail)


def judged(dialect: str, subject: str, check: str, problem: str) -> Finding:
    """Return a check that failed where there is a problem, else passed."""
    return failed(dialect, subject, check, problem) if problem else passed(dialect, subject, check)
