"""Findings are put into words; what a stranger wrote into a file cannot take over a terminal."""

from __future__ import annotations

import json

from keyreel.provenance.c2pa_manifest import Signature, SignatureState
from keyreel.provenance.report import to_json, to_text_lines
from keyreel.provenance.verification import Evidence, TaskMatch, Verdict, VerificationReport
from keyreel.provenance.xmp import XmpProperties
from keyreel.task import TaskId

UNSIGNED = Signature(SignatureState.NONE)
OURS = '{"Label":"1","ContentProducer":"studio-1","ProduceID":"42"}'


def findings(
    signature: Signature = UNSIGNED, identifier: str = "", *matches: TaskMatch
) -> VerificationReport:
    evidence = Evidence("ab" * 32, signature, identifier, XmpProperties(identifier), "")
    return VerificationReport(Verdict.UNKNOWN, "Nothing is known.", evidence, matches)


def test_people_read_who_made_it_and_what_it_is() -> None:
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"
    signature = Signature(SignatureState.TRUSTED, "Keyreel", "Keyreel 0.1.0", "42", "studio-1", source)
    lines = dict(to_text_lines(findings(signature, OURS, TaskMatch(TaskId("42"), 0.934, same_file=False))))
    assert lines == {
        "unknown": "Nothing is known.",
        "made by": "Keyreel 0.1.0, signed by Keyreel, trusted",
        "producer": "studio-1",
        "source": "algorithmicMedia",
        "task": "42 (likeness 93%)",
        "label": "AIGC: generated, by studio-1 as 42",
    }


def test_a_file_that_states_nothing_is_reported_in_two_lines() -> None:
    assert list(to_text_lines(findings())) == [("unknown", "Nothing is known."), ("label", "none")]


def test_programs_read_the_same() -> None:
    described = to_json(findings(Signature(SignatureState.INVALID, failures=("x",)), OURS))
    assert json.loads(json.dumps(described)) == described
    assert described["credentials"]["state"] == "invalid"
    assert described["credentials"]["failures"] == ["x"]
    assert described["label"]["aigc"] == {"Label": "1", "ContentProducer": "studio-1", "ProduceID": "42"}
    assert described["label"]["text"] == OURS


def test_a_wrapped_identifier_is_read_too() -> None:
    assert to_json(findings(identifier=f'{{"AIGC":{OURS}}}'))["label"]["aigc"]["ProduceID"] == "42"


def test_nothing_in_a_file_moves_the_cursor() -> None:
    nasty = "\x1b[2J\x07\r\n\u202e" + "x" * 5000
    signature = Signature(SignatureState.INVALID, nasty, nasty, nasty, nasty, nasty, (nasty,))
    for _, line in to_text_lines(findings(signature, nasty)):
        assert line.isprintable()
        assert len(line) < 500


def test_what_cannot_be_sent_is_replaced() -> None:
    described = to_json(findings(Signature(SignatureState.VALID, signer="\ud800"), '{"Label":"\\ud800"}'))
    assert json.dumps(described, ensure_ascii=False).encode()
