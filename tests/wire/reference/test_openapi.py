from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.reference.openapi import build_document
from keyreel.wire.requests.examples import build_example_request
from keyreel.wire.requests.parsing import validate_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = build_document("http://127.0.0.1:8080")


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def test_every_reference_leads_somewhere() -> None:
    references = [node["$ref"] for node in nodes(DOCUMENT) if isinstance(node.get("$ref"), str)]
    assert references
    for reference in references:
        assert reference.removeprefix("#/components/schemas/") in DOCUMENT["components"]["schemas"]


def test_every_endpoint_has_a_path_in_every_format() -> None:
    text = str(DOCUMENT["paths"])
    for dialect in DIALECTS:
        assert dialect.get_path(RouteAction.RESULT) in DOCUMENT["paths"]
        for kind in filter(dialect.supports, ENDPOINTS):
            path, _, _ = dialect.build_submit_request(build_example_request(kind)).path.partition("?")
            assert (
                kind.name()
                in DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]
            )
    assert "vidu2.0" in text


def test_every_address_of_a_format_is_described() -> None:
    for dialect in DIALECTS:
        for route in dialect.routes:
            if route.action is not RouteAction.SUBMIT:
                assert route.method.lower() in DOCUMENT["paths"][route.path]


def test_operation_ids_are_unique() -> None:
    ids = [node["operationId"] for node in nodes(DOCUMENT) if "operationId" in node]
    assert len(set(ids)) == len(ids) == sum(map(len, DOCUMENT["paths"].values()))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_examples_are_requests_that_are_accepted(dialect: Any) -> None:
    models = {dialect.format_model_id(kind) for kind in ENDPOINTS if dialect.supports(kind)}
    seen = 0
    for path, methods in DOCUMENT["paths"].items():
        if "post" not in methods or methods["post"]["tags"] != [dialect.name]:
            continue
        last = path.rpartition("/")[2]
        content = methods["post"].get("requestBody", {"content": {"application/json": {}}})["content"]
        for entry in content["application/json"].get("examples", {}).values():
            validate_fields(dialect.parse_submit_request({"model": last, "operation": last}, entry["value"]))
            seen += 1
    assert seen == len(models)


def test_limits_are_in_the_schemas() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["Q1Reference2Video"]["properties"]["images"]["maxItems"] == 7
    assert schemas["Q1Reference2Video"]["properties"]["prompt"]["maxLength"] == 1500
    settings = schemas["Q2ProMultiframe"]["properties"]["image_settings"]
    assert (settings["minItems"], settings["maxItems"]) == (2, 9)
    assert settings["items"] == {"$ref": "#/components/schemas/KeyImage"}
    assert schemas["Q2ProStartEnd2Video"]["properties"]["duration"]["maximum"] == 8
    assert schemas["Q2ProImg2Video"]["required"] == ["images", "prompt"]


def test_every_submit_tells_its_refusals() -> None:
    for path, methods in DOCUMENT["paths"].items():
        for operation in methods.values():
            if operation.get("security") == []:
                assert "500" in operation["responses"] or path.startswith("/api/v1/skill/models")
                continue
            assert {"400", "500", "503"} <= set(operation["responses"]), path
            assert {"200", "201", "204"} & set(operation["responses"]), path
