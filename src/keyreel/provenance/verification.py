"""The verdict on a file from its evidence and the videos made here; decodes nothing."""

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

_MAX_MATCHES: Final = 5


class Verdict(StrEnum):
    """Whether a file is as it was delivered."""

    UNTOUCHED = "untouched"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KnownVideo:
    """What the database keeps of a task's video."""

    task_id: TaskId
    fingerprint: str
    sha256: str


@dataclass(frozen=True, slots=True)
class TaskMatch:
    """A task whose video this is, or resembles: likeness 1.0 to the eye, `same_file` to the byte."""

    task_id: TaskId
    likeness: float
    same_file: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a file states and shows of its origin; nothing of it is trusted yet."""

    sha256: str
    signature: Signature
    identifier: str
    marks: XmpProperties
    fingerprint: str


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """The verdict on a file, its reason, the evidence, and the matching tasks, the most alike first."""

    verdict: Verdict
    reason: str
    evidence: Evidence
    matches: tuple[TaskMatch, ...]


def evidence_from_json(data: dict[str, Any]) -> Evidence:
    """Return evidence from its JSON form."""
    signature, marks = data.pop("signature"), data.pop("marks")
    signature["seal"], signature["failures"] = SignatureState(signature["seal"]), tuple(signature["failures"])
    return Evidence(**data, signature=Signature(**signature), marks=XmpProperties(**marks))


def verify_evidence(evidence: Evidence, known: Iterable[KnownVideo]) -> VerificationReport:
    """Compare the evidence with the videos made here."""
    return make_report(evidence, find_matches(evidence.sha256, evidence.fingerprint, known))


def make_report(evidence: Evidence, matches: tuple[TaskMatch, ...]) -> VerificationReport:
    """Return what follows from the evidence and the matching tasks, which come most alike first."""
    return VerificationReport(*_decide_verdict(evidence.signature, matches), evidence, matches)


def find_matches(sha256: str, fingerprint: str, known: Iterable[KnownVideo]) -> tuple[TaskMatch, ...]:
    """Return the tasks whose video has these bytes or looks like this one; most alike first, five at most."""
    parsed = parse_fingerprint(fingerprint)
    found: list[TaskMatch] = []
    for task in known:
        theirs = parse_fingerprint(task.fingerprint) if parsed else None
        alike = compute_likeness(parsed, theirs) if parsed and theirs else 0.0
        same_file = task.sha256 == sha256
        if same_file or alike >= MATCH_THRESHOLD:
            found.append(TaskMatch(task.task_id, 1.0 if same_file else alike, same_file))
    found.sort(key=lambda match: (match.same_file, match.likeness), reverse=True)
    return tuple(found[:_MAX_MATCHES])


def _decide_verdict(signature: Signature, matches: tuple[TaskMatch, ...]) -> tuple[Verdict, str]:
    best = matches[0] if matches else None
    if best and best.same_file:
        return Verdict.UNTOUCHED, f"It is the file of task {best.task_id}, byte for byte."
    match signature.seal:
        case SignatureState.TRUSTED:
            return (
                Verdict.UNTOUCHED,
                "It was signed by a trusted signer and has not been changed since.",
            )
        case SignatureState.INVALID:
            return Verdict.ALTERED, "Its signature does not match the file."
        case _ if best:
            return Verdict.ALTERED, (
                f"It resembles the video of task {best.task_id}, but is a different file."
            )
        case SignatureState.VALID:
            stranger = f"It was signed by {signature.signer or 'an unnamed signer'}, who is not trusted here"
            return Verdict.UNKNOWN, f"{stranger}, and has not been changed since."
        case _:
            return Verdict.UNKNOWN, "It has no signature and resembles no video made here."
