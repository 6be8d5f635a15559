"""Identifiers are written as the standard says, and read in both forms that are met."""

from __future__ import annotations

import json

import pytest

from keyreel.provenance.aigc_identifier import build_identifier, parse_identifier
from keyreel.task import TaskId

OURS = {
    "Label": "1",
    "ContentProducer": "studio-1",
    "ProduceID": "42",
    "ReservedCode1": "",
    "ContentPropagator": "studio-1",
    "PropagateID": "42",
    "ReservedCode2": "",
}


def test_our_own_has_the_standards_seven_keys() -> None:
    assert json.loads(build_identifier("", TaskId("42"), "studio-1")) == OURS


def test_a_given_one_stays_as_it_is() -> None:
    assert build_identifier("anything", TaskId("42"), "studio-1") == "anything"


@pytest.mark.parametrize(
    "text",
    [json.dumps(OURS), json.dumps({"AIGC": OURS}), json.dumps({"AIGC": json.dumps(OURS)})],
    ids=["bare", "wrapped", "wrapped as text"],
)
def test_bare_and_wrapped_identifiers_are_read(text: str) -> None:
    assert parse_identifier(text) == OURS


@pytest.mark.parametrize(
    "text", ["", "free text", "[1]", '"x"', '{"AIGC": 3}', '{"AIGC": "x"}', "[" * 100_000]
)
def test_what_is_no_identifier_has_no_fields(text: str) -> None:
    assert parse_identifier(text) == {}
