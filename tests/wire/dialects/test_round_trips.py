"""Any request, through any format, arrives as it was sent: client to server and back to a client."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from keyreel.task import TaskState
from keyreel.wire.dialects.dialect import ParsedSubmit, RouteAction
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS, TRUSTED_CONTEXT
from keyreel.wire.endpoints.fields import BoundedList, Rule
from keyreel.wire.requests.parsing import validate_fields
from support.wire import FULL, task, url

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import ApiRequest, Dialect
    from keyreel.wire.endpoints.endpoint import Endpoint

EVERY_ENDPOINT = pytest.mark.parametrize("kind", ENDPOINTS, ids=lambda kind: kind.name())
WORDS = st.text(alphabet='ab.@1\n"\\/<> ü字😀', min_size=1, max_size=40).filter(str.strip)
RATIOS = st.sampled_from(["16:9", "9:16", "1:1", "4:3", "2.35:1", "101:50", "1:4"])
IMAGES = st.integers(0, 9).map(url)


OF_NAME: dict[str, st.SearchStrategy[Any]] = {
    "seed": st.integers(-1, 2**63 - 1),
    "images": st.lists(IMAGES, min_size=1, max_size=3),
    "prompt": WORDS,
    "payload": WORDS,
    "meta_data": WORDS.map(json.dumps),
}
BOOLEANS = st.booleans()
KEYFRAMES = st.lists(
    st.fixed_dictionaries({"key_image": IMAGES}, optional={"prompt": WORDS, "duration": st.integers(2, 7)}),
    min_size=2,
    max_size=9,
)
SUBJECTS = st.lists(
    st.fixed_dictionaries(
        {"images": st.lists(IMAGES, min_size=1, max_size=3)}, optional={"id": WORDS, "name": WORDS}
    ),
    min_size=1,
    max_size=3,
)


def values_of(kind: type[Endpoint], name: str) -> st.SearchStrategy[Any]:
    """Return the values of a field: those of its rule's schema, or the one that full requests have."""
    if name in OF_NAME:
        return OF_NAME[name]
    if name in {"image_settings", "subjects"}:
        return KEYFRAMES if name == "image_settings" else SUBJECTS
    rules = [rule for rule in kind.model_fields[name].metadata if isinstance(rule, Rule)]
    schema = rules[0].to_json_schema() if rules and not isinstance(rules[0], BoundedList) else {}
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if name == "aspect_ratio":
        return RATIOS
    if "minimum" in schema:
        return st.integers(schema["minimum"], schema["maximum"])
    return BOOLEANS if schema.get("type") == "boolean" else st.just(FULL[kind.name()].get(name))


@st.composite
def requests(draw: st.DrawFn, kind: type[Endpoint]) -> Endpoint:
    given_names = draw(st.sets(st.sampled_from(sorted(kind.model_fields))))
    needed = {name for name, field in kind.model_fields.items() if field.is_required()}
    if "subjects" in kind.model_fields:
        needed.add("subjects")
    fields = {name: draw(values_of(kind, name)) for name in sorted(given_names | needed)}
    fields = {name: value for name, value in fields.items() if value is not None}
    for _ in range(2):
        try:
            return kind.model_validate(fields)
        except ValidationError as error:  # values that exclude each other, or too many images
            wrong = {one["loc"][0] if one["loc"] else "duration" for one in error.errors()}
            fields = {name: value for name, value in fields.items() if name not in wrong}
            fields |= {name: FULL[kind.name()][name] for name in needed & wrong}
    return validate_fields(ParsedSubmit(kind, FULL[kind.name()]))


def path_values(each: Dialect, call: ApiRequest) -> dict[str, str]:
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/?]+)", each.get_path(RouteAction.SUBMIT))
    match = re.fullmatch(pattern, call.path)
    assert match
    return match.groupdict()


@EVERY_ENDPOINT
@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_request_arrives_as_it_was_sent(kind: type[Endpoint], data: st.DataObject) -> None:
    request = data.draw(requests(kind))
    for each in (each for each in DIALECTS if each.supports(kind)):
        call = each.build_submit_request(request)
        parsed = each.parse_submit_request(path_values(each, call), json.loads(json.dumps(call.json)))
        read = validate_fields(parsed)
        assert (each.name, parsed.ignored) == (each.name, ())
        assert read == request, each.name
        assert each.build_submit_request(read) == call, each.name


@EVERY_ENDPOINT
@settings(deadline=None, max_examples=6, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_stored_request_is_told_the_same_in_every_format(kind: type[Endpoint], data: st.DataObject) -> None:
    request = data.draw(requests(kind))
    kept = kind.model_validate_json(request.model_dump_json(exclude_none=True), context=TRUSTED_CONTEXT)
    assert kept.to_order(7) == request.to_order(7)
    assert kept.to_billable() == request.to_billable()
    made = task(kind, TaskState.RUNNING, progress=0.25)
    for each in (each for each in DIALECTS if each.supports(kind)):
        bodies = [each.build_result_response(made, one, None, 3) for one in (kept, request)]
        assert bodies[0] == bodies[1], each.name
        assert each.parse_submit_response(each.build_submit_response(made, kept)) == made.id, each.name
