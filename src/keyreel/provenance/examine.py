"""What a file says about its making, whether that is true, and which video of ours it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from av.error import FFmpegError

from keyreel.errors import InvalidRequest
from keyreel.media.stills import open_strange
from keyreel.provenance import xmp
from keyreel.provenance.fingerprint import ALIKE, close_fingerprint, likeness, read_print
from keyreel.provenance.identifier import KEY, LONGEST
from keyreel.provenance.manifest import Seal, Signature, read_signature

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

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
    marks: xmp.Marks
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What can be said of a file, why, and the evidence. Matches come likest first."""

    verdict: Verdict
    reason: str
    evidence: Evidence
    matches: tuple[Match, ...]


def examine(path: Path, anchors: bytes, known: Iterable[Known]) -> Findings:
    """Examine a video of any origin; `anchors` are roots to trust, as PEM.

    This decodes the file here: one that a stranger sent belongs into `confined.evidence_of`.

    Raises:
        InvalidRequest: the file is no video that can be read.
    """
    return judge(gather(path, anchors), known)


def gather(path: Path, anchors: bytes) -> Evidence:
    """Read what the file gives away.

    Raises:
        InvalidRequest: the file is no video that can be read.
    """
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        signature = read_signature(file, anchors)
        marks = xmp.marks_in(file)
    tags: dict[str, str] = {}
    seen = ""
    try:
        with open_strange(path) as container:
            if not container.streams.video:
                raise InvalidRequest("The file holds no video.")
            tags = {name.upper(): value for name, value in container.metadata.items()}
            seen = close_fingerprint(container)
    except (FFmpegError, ValueError, OverflowError) as error:
        # What was signed and can no longer be read was altered; that much is certain.
        if signature.seal is Seal.NONE:
            raise InvalidRequest("The file is no video that can be read.") from error
    return Evidence(sha256, signature, tags.get(KEY, "")[:LONGEST], marks, seen)


def evidence_from(answer: dict[str, Any]) -> Evidence:
    """Read evidence back that went through JSON."""
    signature, marks = answer.pop("signature"), answer.pop("marks")
    signature["seal"], signature["failures"] = Seal(signature["seal"]), tuple(signature["failures"])
    return Evidence(**answer, signature=Signature(**signature), marks=xmp.Marks(**marks))


def judge(evidence: Evidence, known: Iterable[Known]) -> Findings:
    """Hold the evidence against what is kept of our tasks."""
    matches = matches_of(evidence.sha256, evidence.fingerprint, known)
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
            return Verdict.UNTOUCHED, "Its signature is ours, and nothing was changed since it was signed."
        case Seal.INVALID:
            return Verdict.ALTERED, "It carries a signature that no longer fits it."
        case _ if best:
            return Verdict.ALTERED, f"It looks like the video of task {best.task_id}, but is another file."
        case Seal.VALID:
            stranger = f"It was signed by {signature.signer or 'somebody'}, who is unknown here"
            return Verdict.UNKNOWN, f"{stranger}; nothing was changed since."
        case _:
            return Verdict.UNKNOWN, "It carries no signature, and no video made here looks like it."
