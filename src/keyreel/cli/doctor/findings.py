"""What a check of `keyreel doctor` found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """What one check found; the fields are those of the command's JSON."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
    """What to do, where something is wrong."""


def make_passed(name: str, detail: str) -> DoctorCheck:
    """Return a check that found all well."""
    return DoctorCheck(name, ok=True, detail=detail)


def make_failed(name: str, detail: str, fix: str = "") -> DoctorCheck:
    """Return a check that found something wrong, and what to do about it."""
    return DoctorCheck(name, ok=False, detail=detail, fix=fix)
