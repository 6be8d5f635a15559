"""What can be said of a file from the evidence that it gives away; decodes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from keyreel.provenance.c2pa_manifest import Signature, SignatureState
from keyreel.provenance.fingerprint_match import MATCH_THRESHOLD, compute_likeness, parse_fingerprint
from keyreel.provenance.xmp import XmpProperties

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyreel.task import TaskId

_MOST_MATCHES: Final = 5


class Verdict(StrEnum):
    """Whether a file is as it was handed out."""

    UNTOUCHED = "untouched"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KnownVideo:
    """What is kept of a task's video."""

    task_id: TaskId
    fingerprint: str
    sha256: str


@dataclass(frozen=True, slots=True)
class TaskMatch:
    """A task whose video this is, or resembles: 1.0 is the same to the eye, `same_file` to the byte."""

    task_id: TaskId
    likeness: float
    same_file: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a file gives away: nothing of it is believed yet."""

    sha256: str
    signature: Signature
    identifier: str
    marks: XmpProperties
    fingerprint: str


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What can be said of a file, why, and the evidence. Matches come likest first."""

    verdict: Verdict
    reason: str
    evidence: Evidence
    matches: tuple[TaskMatch, ...]


def evidence_from_json(data: dict[str, Any]) -> Evidence:
    """Read evidence back that went through JSON."""
    signature, marks = data.pop("signature"), data.pop("marks")
    signature["seal"], signature["failures"] = SignatureState(signature["seal"]), tuple(signature["failures"])
    return Evidence(**data, signature=Signature(**signature), marks=XmpProperties(**marks))


def verify_evidence(evidence: Evidence, known: Iterable[KnownVideo]) -> VerificationReport:
    """Hold the evidence against what is kept of our tasks."""
    return make_report(evidence, find_matches(evidence.sha256, evidence.fingerprint, known))


def make_report(evidence: Evidence, matches: tuple[TaskMatch, ...]) -> VerificationReport:
    """Say what follows from the evidence and the matching tasks, likest first."""
    return VerificationReport(*_decide_verdict(evidence.signature, matches), evidence, matches)


def find_matches(sha256: str, fingerprint: str, known: Iterable[KnownVideo]) -> tuple[TaskMatch, ...]:
    """Find the tasks whose video has these bytes, or looks like this one; likest first, five at most."""
    fingerprint_read = parse_fingerprint(fingerprint)
    found: list[TaskMatch] = []
    for task in known:
        theirs = parse_fingerprint(task.fingerprint) if fingerprint_read else None
        alike = compute_likeness(fingerprint_read, theirs) if fingerprint_read and theirs else 0.0
        same_file = task.sha256 == sha256
        if same_file or alike >= MATCH_THRESHOLD:
            found.append(TaskMatch(task.task_id, 1.0 if same_file else alike, same_file))
    found.sort(key=lambda match: (match.same_file, match.likeness), reverse=True)
    return tuple(found[:_MOST_MATCHES])


def _decide_verdict(signature: Signature, matches: tuple[TaskMatch, ...]) -> tuple[Verdict, str]:
    best = matches[0] if matches else None
    if best and best.same_file:
        return Verdict.UNTOUCHED, f"It is the file of task {best.task_id}, byte for byte."
    match signature.seal:
        case SignatureState.TRUSTED:
            return (
                Verdict.UNTOUCHED,
                "It was signed by somebody who is trusted here, and nothing was changed since.",
            )
        case SignatureState.INVALID:
            return Verdict.ALTERED, "It carries a signature that no longer fits it."
        case _ if best:
            return Verdict.ALTERED, f"It looks like the video of task {best.task_id}, but is another file."
        case SignatureState.VALID:
            stranger = f"It was signed by {signature.signer or 'somebody'}, who is unknown here"
            return Verdict.UNKNOWN, f"{stranger}; nothing was changed since."
        case _:
            return Verdict.UNKNOWN, "It carries no signature, and no video made here looks like it."
