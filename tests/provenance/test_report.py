"""Findings are told in words; what a stranger wrote into a file cannot take over a terminal."""

from __future__ import annotations

import json

from keyreel.provenance.c2pa_manifest import Seal, Signature
from keyreel.provenance.report import as_json, as_text
from keyreel.provenance.verification import Evidence, Findings, Match, Verdict
from keyreel.provenance.xmp import Marks
from keyreel.task import TaskId

UNSIGNED = Signature(Seal.NONE)
OURS = '{"Label":"1","ContentProducer":"studio-1","ProduceID":"42"}'


def findings(signature: Signature = UNSIGNED, identifier: str = "", *matches: Match) -> Findings:
    evidence = Evidence("ab" * 32, signature, identifier, Marks(identifier), "")
    return Findings(Verdict.UNKNOWN, "Nothing is known.", evidence, matches)


def test_people_read_who_made_it_and_what_it_is() -> None:
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"
    signature = Signature(Seal.TRUSTED, "Keyreel", "Keyreel 0.1.0", "42", "studio-1", source)
    lines = dict(as_text(findings(signature, OURS, Match(TaskId("42"), 0.934, same_file=False))))
    assert lines == {
        "unknown": "Nothing is known.",
        "made by": "Keyreel 0.1.0, signed by Keyreel, who is trusted here",
        "producer": "studio-1",
        "source": "algorithmicMedia",
        "task": "42 (likeness 93%)",
        "label": "AIGC: generated, by studio-1 as 42",
    }


def test_a_file_that_says_nothing_is_told_in_two_lines() -> None:
    assert list(as_text(findings())) == [("unknown", "Nothing is known."), ("label", "none")]


def test_programs_read_the_same() -> None:
    told = as_json(findings(Signature(Seal.INVALID, failures=("x",)), OURS))
    assert json.loads(json.dumps(told)) == told
    assert told["credentials"]["state"] == "invalid"
    assert told["credentials"]["failures"] == ["x"]
    assert told["label"]["aigc"] == {"Label": "1", "ContentProducer": "studio-1", "ProduceID": "42"}
    assert told["label"]["text"] == OURS


def test_a_wrapped_identifier_is_read_too() -> None:
    assert as_json(findings(identifier=f'{{"AIGC":{OURS}}}'))["label"]["aigc"]["ProduceID"] == "42"


def test_nothing_in_a_file_moves_the_cursor() -> None:
    nasty = "\x1b[2J\x07\r\n\u202e" + "x" * 5000
    signature = Signature(Seal.INVALID, nasty, nasty, nasty, nasty, nasty, (nasty,))
    for _, line in as_text(findings(signature, nasty)):
        assert line.isprintable()
        assert len(line) < 500


def test_what_cannot_be_sent_is_replaced() -> None:
    told = as_json(findings(Signature(Seal.VALID, signer="\ud800"), '{"Label":"\\ud800"}'))
    assert json.dumps(told, ensure_ascii=False).encode()
