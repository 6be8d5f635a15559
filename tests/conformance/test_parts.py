from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from keyreel.conformance.images import build_image_data_uri
from keyreel.conformance.json_schema import find_schema_violation
from keyreel.conformance.limits import build_valid_fields, iterate_probes
from keyreel.task import TaskState
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.reference.response_schemas import RESPONSE_SCHEMAS
from keyreel.wire.requests.examples import EXAMPLE_LINKS, build_example_request, build_example_task
from keyreel.wire.requests.validation import validate_request

if TYPE_CHECKING:
    from keyreel.wire.endpoints.endpoint import Endpoint


@pytest.mark.parametrize("size_bytes", [0, 5000])
def test_images_have_their_size_and_length(size_bytes: int) -> None:
    data = b64decode(build_image_data_uri(40, 30, size_bytes=size_bytes).partition(",")[2])
    assert Image.open(BytesIO(data)).convert("RGB").size == (40, 30)
    assert not size_bytes or len(data) == size_bytes


@pytest.mark.parametrize("kind", ENDPOINTS, ids=lambda kind: kind.name())
def test_every_probe_breaks_the_one_rule_that_it_is_of(kind: type[Endpoint]) -> None:
    assert not validate_request(ParsedSubmit(kind, build_valid_fields(kind))).violations
    for probe in iterate_probes(kind):
        if probe.concerns_image:
            continue
        found = [
            (breach.field, breach.error_class)
            for breach in validate_request(ParsedSubmit(kind, probe.fields)).violations
        ]
        assert found == ([(probe.field, probe.expected_error)] if probe.expected_error else []), (
            probe.description
        )


def test_both_sides_of_every_number_are_probed() -> None:
    duration = [
        (probe.description, bool(probe.expected_error))
        for probe in iterate_probes(ENDPOINTS[1])
        if probe.field == "duration"
    ]
    assert duration == [("1", False), ("10", False), ("0", True), ("11", True), ("a word", True)]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
@pytest.mark.parametrize("state", TaskState)
def test_every_answer_fits_its_schema(dialect: Any, state: TaskState) -> None:
    for kind in filter(dialect.supports, ENDPOINTS):
        request, task = build_example_request(kind), build_example_task(build_example_request(kind), state)
        links = EXAMPLE_LINKS if state is TaskState.SUCCEEDED else None
        assert not find_schema_violation(
            dialect.build_submit_response(task, request), f"{dialect.name}.accepted"
        )
        assert not find_schema_violation(
            dialect.build_result_response(task, request, links, 3), f"{dialect.name}.result"
        )


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ([], "answer is a list, not object"),
        ({}, "answer lacks id"),
        ({"id": "x"}, "answer.id is 'x', which does not match"),
        ({"id": "1", "progress": 101}, "answer.progress is 101, outside its limits"),
        ({"id": "1", "progress": True}, "answer.progress is a bool, not integer"),
        ({"id": "1", "state": "done"}, "answer.state is 'done', not one of"),
        ({"id": "1", "creations": [{}]}, "answer.creations[0] lacks url"),
    ],
)
def test_what_does_not_fit_is_said(value: Any, complaint: str) -> None:
    assert complaint in find_schema_violation(value, "native.result")


def test_only_words_that_are_understood_stand_in_schemas() -> None:
    known = {"type", "required", "properties", "items", "enum", "pattern", "minimum", "maximum", "anyOf"}
    known |= {"$ref", "description", "format", "examples"}

    def words(schema: Any) -> set[str]:
        if not isinstance(schema, dict):
            return set()
        inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", []), schema.get("items")]
        return {*schema}.union(*map(words, inner))

    assert set().union(*map(words, RESPONSE_SCHEMAS.values())) <= known
