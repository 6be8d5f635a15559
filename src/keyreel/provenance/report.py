"""A verification report as JSON and as text; nothing that a file holds reaches a terminal unfiltered."""

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
    SignatureState.TRUSTED: "trusted",
    SignatureState.VALID: "unknown signer",
    SignatureState.INVALID: "signature does not match the file",
}


def to_json(report: VerificationReport) -> dict[str, Any]:
    """Return the report for programs."""
    evidence, signature = report.evidence, report.evidence.signature
    return {
        "verdict": report.verdict.value,
        "reason": report.reason,
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
            for match in report.matches
        ],
    }


def to_text_lines(report: VerificationReport) -> Iterator[tuple[str, str]]:
    """Yield the report for people, as pairs of a heading and a line."""
    yield report.verdict.value, report.reason
    signature = report.evidence.signature
    if signature.seal is not SignatureState.NONE:
        maker = signature.generator or "an unknown program"
        signer, state = _strip_unprintable(signature.signer), _SIGNATURE_STATE_TEXTS[signature.seal]
        yield "made by", f"{_strip_unprintable(maker)}, signed by {signer}, {state}"
    for failure in signature.failures if signature.seal is SignatureState.INVALID else ():
        yield "failed", _strip_unprintable(failure)
    if signature.producer:
        yield "producer", _strip_unprintable(signature.producer)
    if source := signature.source or report.evidence.marks.source:
        yield "source", _strip_unprintable(source.removeprefix(SOURCE_TYPE_PREFIX))
    for match in report.matches:
        how = "the same file" if match.same_file else f"likeness {match.likeness:.0%}"
        yield "task", f"{match.task_id} ({how})"
    if signature.task_id and not report.matches:
        yield "task", f"{_strip_unprintable(signature.task_id)} (according to its signature)"
    yield "label", _describe_label(report)


def _describe_label(report: VerificationReport) -> str:
    text = report.evidence.identifier or report.evidence.marks.identifier
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
    """Return an identifier's fields, truncated; None where it has none."""
    fields = parse_identifier(text)
    return {_truncate(str(name)): _truncate(str(value)) for name, value in fields.items()} or None


def _truncate(text: str) -> str:
    # A lone surrogate cannot be sent.
    return text[:_MAX_TEXT_CHARS].encode(errors="replace").decode()


def _strip_unprintable(text: str) -> str:
    """Replace control characters, which a terminal would obey, and shorten the text."""
    return "".join(each if each.isprintable() else "�" for each in _truncate(text)[:200])
