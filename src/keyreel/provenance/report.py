"""Findings in words: for programs and for people. Nothing that a file holds reaches a terminal unfiltered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from keyreel.provenance.aigc_identifier import fields_of
from keyreel.provenance.c2pa_manifest import Seal
from keyreel.provenance.xmp import SOURCE_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.provenance.verification import Findings

_LONGEST: Final = 2000
_LABELS: Final = {"1": "generated", "2": "possibly generated", "3": "suspected to be generated"}
_SEALS: Final = {
    Seal.TRUSTED: "who is trusted here",
    Seal.VALID: "who is unknown here",
    Seal.INVALID: "which no longer fits the file",
}


def as_json(findings: Findings) -> dict[str, Any]:
    """Describe findings for programs."""
    evidence, signature = findings.evidence, findings.evidence.signature
    return {
        "verdict": findings.verdict.value,
        "reason": findings.reason,
        "sha256": evidence.sha256,
        "credentials": {
            "state": signature.seal.value,
            "signer": _short(signature.signer),
            "generator": _short(signature.generator),
            "producer": _short(signature.producer),
            "task_id": _short(signature.task_id),
            "source": _short(signature.source),
            "failures": [_short(each) for each in signature.failures],
        },
        "label": {
            "aigc": _fields(evidence.identifier),
            "text": _short(evidence.identifier),
            "xmp": _fields(evidence.marks.identifier),
            "source": _short(evidence.marks.source),
        },
        "tasks": [
            {
                "task_id": match.task_id,
                "likeness": round(match.likeness, 3),
                "same_file": match.same_file,
            }
            for match in findings.matches
        ],
    }


def as_text(findings: Findings) -> Iterator[tuple[str, str]]:
    """Yield what people want to know, as pairs of a heading and a line."""
    yield findings.verdict.value, findings.reason
    signature = findings.evidence.signature
    if signature.seal is not Seal.NONE:
        maker = signature.generator or "an unknown program"
        yield "made by", f"{_clean(maker)}, signed by {_clean(signature.signer)}, {_SEALS[signature.seal]}"
    for failure in signature.failures if signature.seal is Seal.INVALID else ():
        yield "failed", _clean(failure)
    if signature.producer:
        yield "producer", _clean(signature.producer)
    if source := signature.source or findings.evidence.marks.source:
        yield "source", _clean(source.removeprefix(SOURCE_TYPES))
    for match in findings.matches:
        how = "the very file" if match.same_file else f"likeness {match.likeness:.0%}"
        yield "task", f"{match.task_id} ({how})"
    if signature.task_id and not findings.matches:
        yield "task", f"{_clean(signature.task_id)} (as its signature says)"
    yield "label", _label(findings)


def _label(findings: Findings) -> str:
    text = findings.evidence.identifier or findings.evidence.marks.identifier
    if not text:
        return "none"
    fields = fields_of(text)
    kind = _LABELS.get(str(fields.get("Label", "")))
    if not kind:
        return f"AIGC {_clean(text)}"
    return _clean(f"AIGC: {kind}, by {fields.get('ContentProducer')} as {fields.get('ProduceID')}")


def _fields(text: str) -> dict[str, str] | None:
    """Return an identifier's fields; None where it has none."""
    fields = fields_of(text)
    return {_short(str(name)): _short(str(value)) for name, value in fields.items()} or None


def _short(text: str) -> str:
    # A lone surrogate cannot be sent.
    return text[:_LONGEST].encode(errors="replace").decode()


def _clean(text: str) -> str:
    """Leave out what would move a terminal's cursor."""
    return "".join(each if each.isprintable() else "�" for each in _short(text)[:200])
