"""Findings in words: for programs and for people. Nothing that a file holds reaches a terminal unfiltered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from keyreel.provenance.aigc_identifier import parse_identifier
from keyreel.provenance.c2pa_manifest import SignatureState
from keyreel.provenance.xmp import SOURCE_TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.provenance.verification import VerificationReport

_MAX_TEXT_CHARS: Final = 2000
_LABEL_TEXTS: Final = {"1": "generated", "2": "possibly generated", "3": "suspected to be generated"}
_SIGNATURE_STATE_TEXTS: Final = {
    SignatureState.TRUSTED: "who is trusted here",
    SignatureState.VALID: "who is unknown here",
    SignatureState.INVALID: "which no longer fits the file",
}


def to_json(findings: VerificationReport) -> dict[str, Any]:
    """Describe findings for programs."""
    evidence, signature = findings.evidence, findings.evidence.signature
    return {
        "verdict": findings.verdict.value,
        "reason": findings.reason,
        "sha256": evidence.sha256,
        "credentials": {
            "state": signature.seal.value,
            "signer": _truncate(signature.signer),
            "generator": _truncate(signature.generator),
            "producer": _truncate(signature.producer),
            "task_id": _truncate(signature.task_id),
            "source": _truncate(signature.source),
            "failures": [_truncate(each) for each in signature.failures],
        },
        "label": {
            "aigc": _read_fields(evidence.identifier),
            "text": _truncate(evidence.identifier),
            "xmp": _read_fields(evidence.marks.identifier),
            "source": _truncate(evidence.marks.source),
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


def to_text_lines(findings: VerificationReport) -> Iterator[tuple[str, str]]:
    """Yield what people want to know, as pairs of a heading and a line."""
    yield findings.verdict.value, findings.reason
    signature = findings.evidence.signature
    if signature.seal is not SignatureState.NONE:
        maker = signature.generator or "an unknown program"
        signer, state = _strip_unprintable(signature.signer), _SIGNATURE_STATE_TEXTS[signature.seal]
        yield "made by", f"{_strip_unprintable(maker)}, signed by {signer}, {state}"
    for failure in signature.failures if signature.seal is SignatureState.INVALID else ():
        yield "failed", _strip_unprintable(failure)
    if signature.producer:
        yield "producer", _strip_unprintable(signature.producer)
    if source := signature.source or findings.evidence.marks.source:
        yield "source", _strip_unprintable(source.removeprefix(SOURCE_TYPE_PREFIX))
    for match in findings.matches:
        how = "the very file" if match.same_file else f"likeness {match.likeness:.0%}"
        yield "task", f"{match.task_id} ({how})"
    if signature.task_id and not findings.matches:
        yield "task", f"{_strip_unprintable(signature.task_id)} (as its signature says)"
    yield "label", _describe_label(findings)


def _describe_label(findings: VerificationReport) -> str:
    text = findings.evidence.identifier or findings.evidence.marks.identifier
    if not text:
        return "none"
    fields = parse_identifier(text)
    kind = _LABEL_TEXTS.get(str(fields.get("Label", "")))
    if not kind:
        return f"AIGC {_strip_unprintable(text)}"
    return _strip_unprintable(
        f"AIGC: {kind}, by {fields.get('ContentProducer')} as {fields.get('ProduceID')}"
    )


def _read_fields(text: str) -> dict[str, str] | None:
    """Return an identifier's fields; None where it has none."""
    fields = parse_identifier(text)
    return {_truncate(str(name)): _truncate(str(value)) for name, value in fields.items()} or None


def _truncate(text: str) -> str:
    # A lone surrogate cannot be sent.
    return text[:_MAX_TEXT_CHARS].encode(errors="replace").decode()


def _strip_unprintable(text: str) -> str:
    """Leave out what would move a terminal's cursor."""
    return "".join(each if each.isprintable() else "�" for each in _truncate(text)[:200])
