"""A response that departs from its schema is told so, and a schema that would check nothing is refused."""

from __future__ import annotations

from typing import Any

import pytest

from keyreel.conformance.json_schema import compile_schemas, find_schema_violation

GOOD = {
    "id": "1",
    "state": "success",
    "err_code": "",
    "credits": 1,
    "payload": "",
    "bgm": False,
    "off_peak": False,
    "creations": [],
}


def test_a_good_response_has_nothing_wrong_with_it() -> None:
    assert find_schema_violation(GOOD, "native.result") == ""


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({"id": "x"}, 'response.id: "x" does not match'),
        ({"progress": 101}, "response.progress: 101 is greater than the maximum of 100"),
        ({"progress": True}, 'response.progress: true is not of type "integer"'),
        ({"state": "done"}, 'response.state: "done" is not one of'),
        ({"creations": [{}]}, 'response.creations[0]: "url" is a required property'),
    ],
)
def test_what_departs_from_the_schema_is_told_with_its_path(change: dict[str, Any], violation: str) -> None:
    assert violation in find_schema_violation(GOOD | change, "native.result")


def test_a_response_of_another_type_or_without_its_keys_is_told() -> None:
    assert find_schema_violation([], "native.result") == 'response: [] is not of type "object"'
    assert find_schema_violation(None, "native.result") == 'response: null is not of type "object"'
    assert 'response: "id" is a required property' in find_schema_violation({}, "native.result")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "propertys": {}},
        {"type": "object", "properties": {"id": {"typ": "string"}}},
        {"type": "array", "items": {"anyOf": [{"minimun": 0}]}},
        {"type": "text"},
        {"type": "object", "required": "id"},
        {"type": "object", "properties": {"id": "string"}},
    ],
)
def test_a_schema_with_an_unknown_keyword_or_a_wrong_type_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^a[.:]"):
        compile_schemas({"a": schema})


def test_a_schema_that_refers_to_none_is_refused() -> None:
    with pytest.raises(ValueError, match="b"):
        compile_schemas({"a": {"$ref": "#/components/schemas/b"}})
