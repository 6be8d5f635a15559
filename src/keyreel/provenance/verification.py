"""What can be said of a file from the evidence that it gives away; decodes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from keyreel.provenance.c2pa_manifest import Seal, Signature
from keyreel.provenance.fingerprint_match import ALIKE, likeness, read_print
from keyreel.provenance.xmp import Marks

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
class Known:
    """What is kept of a task's video."""

    task_id: TaskId
    fingerprint: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Match:
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
    marks: Marks
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What can be said of a file, why, and the evidence. Matches come likest first."""

    verdict: Verdict
    reason: str
    evidence: Evidence
    matches: tuple[Match, ...]


def evidence_from(answer: dict[str, Any]) -> Evidence:
    """Read evidence back that went through JSON."""
    signature, marks = answer.pop("signature"), answer.pop("marks")
    signature["seal"], signature["failures"] = Seal(signature["seal"]), tuple(signature["failures"])
    return Evidence(**answer, signature=Signature(**signature), marks=Marks(**marks))


def judge(evidence: Evidence, known: Iterable[Known]) -> Findings:
    """Hold the evidence against what is kept of our tasks."""
    return concluded(evidence, matches_of(evidence.sha256, evidence.fingerprint, known))


def concluded(evidence: Evidence, matches: tuple[Match, ...]) -> Findings:
    """Say what follows from the evidence and the matching tasks, likest first."""
    return Findings(*_verdict(evidence.signature, matches), evidence, matches)


def matches_of(sha256: str, fingerprint: str, known: Iterable[Known]) -> tuple[Match, ...]:
    """Find the tasks whose video has these bytes, or looks like this one; likest first, five at most."""
    mine = read_print(fingerprint)
    found: list[Match] = []
    for task in known:
        theirs = read_print(task.fingerprint) if mine else None
        alike = likeness(mine, theirs) if mine and theirs else 0.0
        same_file = task.sha256 == sha256
        if same_file or alike >= ALIKE:
            found.append(Match(task.task_id, 1.0 if same_file else alike, same_file))
    found.sort(key=lambda match: (match.same_file, match.likeness), reverse=True)
    return tuple(found[:_MOST_MATCHES])


def _verdict(signature: Signature, matches: tuple[Match, ...]) -> tuple[Verdict, str]:
    best = matches[0] if matches else None
    if best and best.same_file:
        return Verdict.UNTOUCHED, f"It is the file of task {best.task_id}, byte for byte."
    match signature.seal:
        case Seal.TRUSTED:
            return (
                Verdict.UNTOUCHED,
                "It was signed by somebody who is trusted here, and nothing was changed since.",
            )
        case Seal.INVALID:
            return Verdict.ALTERED, "It carries a signature that no longer fits it."
        case _ if best:
            return Verdict.ALTERED, f"It looks like the video of task {best.task_id}, but is another file."
        case Seal.VALID:
            stranger = f"It was signed by {signature.signer or 'somebody'}, who is unknown here"
            return Verdict.UNKNOWN, f"{stranger}; nothing was changed since."
        case _:
            return Verdict.UNKNOWN, "It carries no signature, and no video made here looks like it."
