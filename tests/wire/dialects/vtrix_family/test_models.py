from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyreel.errors import UnknownEndpoint
from keyreel.wire.dialects.registry import find_dialect
from keyreel.wire.dialects.vtrix_family.models import format_model_id
from keyreel.wire.dialects.vtrix_family.vtrix import build_model_page, build_model_spec
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.requests.examples import build_example_request
from keyreel.wire.requests.parsing import validate_fields

if TYPE_CHECKING:
    from keyreel.wire.endpoints.endpoint import Endpoint

COUNT = len(ENDPOINTS)


def test_all_models_are_listed_once() -> None:
    response = build_model_page({"page_size": "100"})
    assert response["status"] == {"code": 200, "message": ""}
    data = response["data"]
    assert [model["id"] for model in data["models"]] == [format_model_id(kind) for kind in ENDPOINTS]
    assert (data["total"], data["page"], data["total_pages"]) == (len(ENDPOINTS), 1, 1)
    for model in data["models"]:
        assert set(model) == {"id", "name", "type", "description", "input_modalities", "output_modalities"}
        assert all(model.values())


@pytest.mark.parametrize(
    ("query", "ids", "total"),
    [
        ({"page": "2", "page_size": "2"}, ["viduq1_reference2video", "viduq2_reference2video"], COUNT),
        ({"page": "99", "page_size": "2"}, [], COUNT),
        ({"keywords": "multiframe"}, ["viduq2_pro_multiframe", "viduq2_turbo_multiframe"], 2),
        ({"keywords": "Q2_Reference"}, ["viduq2_reference2video"], 1),
        ({"type": "video", "keywords": "q1 subjects"}, ["viduq1_reference2video"], 1),
        ({"type": "image"}, [], 0),
        ({"page": "-1", "page_size": "none", "keywords": "q1_img2video"}, ["viduq1_img2video"], 1),
    ],
)
def test_the_list_is_narrowed(query: dict[str, str], ids: list[str], total: int) -> None:
    data = build_model_page(query)["data"]
    assert [model["id"] for model in data["models"]] == ids
    assert data["total"] == total


def parameters(model: str) -> dict[str, Any]:
    return {
        each["name"]: each for each in build_model_spec(model, "http://127.0.0.1:1")["data"]["parameters"]
    }


def test_a_specification_says_where_to_post() -> None:
    data = build_model_spec("viduq2_pro_start_end2video", "http://127.0.0.1:1")["data"]
    assert data["model_id"] == "viduq2_pro_start_end2video"
    assert data["api"]["endpoint"] == "http://127.0.0.1:1/model/v1/generation"
    assert data["api"]["method"] == "POST"


def test_a_specification_names_every_parameter_with_its_limits() -> None:
    found = parameters("viduq2_pro_start_end2video")
    images = found["images"]
    assert (images["path"], images["type"]) == ("input[0].params.images", "array")
    assert (images["required"], images["constraints"]["max_items"]) == (True, 2)
    assert found["duration"]["constraints"] == {"default": 5, "min": 1, "max": 8}
    assert found["resolution"]["constraints"]["enum"] == ["540p", "720p", "1080p"]
    assert found["prompt"]["constraints"]["max_length"] == 2000
    assert found["seed"]["type"] == "integer"
    assert not found["prompt"]["required"]
    for parameter in found.values():
        assert isinstance(parameter["type"], str)
        assert all(isinstance(word, str) for word in parameter["constraints"].get("enum", []))


def test_parameters_within_lists_are_children() -> None:
    settings = parameters("viduq2_pro_multiframe")["image_settings"]
    children = {child["name"]: child for child in settings["children"]}
    assert set(children) == {"key_image", "prompt", "duration"}
    assert children["key_image"]["required"]
    assert children["duration"]["path"] == "input[0].params.image_settings[].duration"
    assert children["duration"]["constraints"] == {"default": 5, "min": 2, "max": 7}


def test_an_unknown_model_has_no_specification() -> None:
    with pytest.raises(UnknownEndpoint):
        build_model_spec("viduq9_dream", "http://127.0.0.1:1")


def typed(parameter: dict[str, Any], text: str) -> Any:
    """Check a value and give it its type, as the command-line client does before it sends anything."""
    limits, kind = parameter["constraints"], parameter["type"]
    assert text in limits.get("enum", [text]), f"{parameter['name']}: {text} is not allowed"
    if kind == "integer":
        number = int(text)
        assert limits.get("min", number) <= number <= limits.get("max", number)
        return number
    if kind == "boolean":
        return {"true": True, "false": False}[text]
    assert kind == "string"
    assert limits.get("min_length", 0) <= len(text) <= limits.get("max_length", len(text))
    return text


def documented(parameter: dict[str, Any]) -> set[str]:
    """Return the values that a specification names."""
    limits = parameter["constraints"]
    named = [*limits.get("enum", []), *(limits[name] for name in ("min", "max", "default") if name in limits)]
    if parameter["type"] == "boolean":
        named += [True, False]
    return {str(value).lower() if isinstance(value, bool) else str(value) for value in named}


@pytest.mark.parametrize("kind", ENDPOINTS, ids=lambda kind: kind.name())
def test_whatever_a_specification_names_passes_the_client_and_the_server(kind: type[Endpoint]) -> None:
    usual = build_example_request(kind).to_documented_fields()
    for name, parameter in parameters(format_model_id(kind)).items():
        if parameter["type"] in {"array", "object"}:
            continue
        for text in documented(parameter) - {""}:
            params = usual | {name: typed(parameter, text)}
            if name == "wm_position":
                params["watermark"] = True
            body = {"model": format_model_id(kind), "input": [{"params": params}]}
            made = validate_fields(find_dialect("vtrix").parse_submit_request({}, body))
            assert str(made.to_documented_fields()[name]).lower() == text, name


# What the pages say, in the pages' types.
PAGES: list[tuple[str, str, list[str], list[str]]] = [
    ("viduq2_pro_start_end2video", "wm_position", ["1", "2", "3", "4"], ["0", "5"]),
    ("viduq2_pro_img2video", "wm_position", ["1", "4"], ["5"]),
    ("viduq2_pro_multiframe", "wm_position", ["top_left", "bottom_left"], ["1"]),
    ("viduq2_turbo_extend", "wm_position", ["top_right", "bottom_right"], ["3"]),
    ("viduq2_pro_start_end2video", "movement_amplitude", ["auto", "small", "medium", "large"], ["high"]),
    ("viduq2_pro_img2video", "movement_amplitude", ["auto", "small", "medium", "high"], ["large"]),
    ("viduq2_reference2video", "movement_amplitude", ["high"], ["large"]),
    ("viduq1_reference2video", "movement_amplitude", ["large"], ["high"]),
    ("viduq1_reference2video", "aspect_ratio", ["16:9", "9:16", "1:1"], ["4:3"]),
    ("viduq2_reference2video", "aspect_ratio", ["16:9", "4:3", "21:9"], []),
    ("vidu20_img2video", "duration", ["4", "8"], ["5"]),
]


@pytest.mark.parametrize(("model", "name", "allowed", "refused"), PAGES)
def test_a_specification_allows_what_the_page_does(
    model: str, name: str, allowed: list[str], refused: list[str]
) -> None:
    parameter = parameters(model)[name]
    for text in allowed:
        assert str(typed(parameter, text)) == text
    for text in refused:
        with pytest.raises((AssertionError, ValueError)):
            typed(parameter, text)


def test_a_default_is_of_its_parameters_own_type() -> None:
    assert parameters("viduq2_pro_start_end2video")["wm_position"]["constraints"]["default"] == 3
    assert parameters("viduq2_pro_multiframe")["wm_position"]["constraints"]["default"] == "bottom_left"
    assert "extra" not in parameters("viduq2_pro_start_end2video")
