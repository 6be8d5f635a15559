"""Any request, through any format, arrives as it was sent: client to server and back to a client."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from keyreel.wire.catalogue import ENDPOINTS
from keyreel.wire.dialect import Action, Asked
from keyreel.wire.dialects import DIALECTS
from keyreel.wire.fields import Many, Rule
from keyreel.wire.parse import parse_fields
from support.wire import FULL, url

if TYPE_CHECKING:
    from keyreel.wire.dialect import Call, Dialect
    from keyreel.wire.endpoint import Endpoint

EACH = [(each, kind) for each in DIALECTS for kind in ENDPOINTS if each.offers(kind)]
WORDS = st.text(alphabet='ab.@1\n"\\/<> ü字😀', min_size=1, max_size=40).filter(str.strip)
RATIOS = st.sampled_from(["16:9", "9:16", "1:1", "4:3", "2.35:1", "101:50", "1:4"])
PICTURES = st.integers(0, 9).map(url)


OF_NAME: dict[str, st.SearchStrategy[Any]] = {
    "seed": st.integers(-1, 2**63 - 1),
    "images": st.lists(PICTURES, min_size=1, max_size=3),
    "prompt": WORDS,
    "payload": WORDS,
    "meta_data": WORDS,
}
BOOLEANS = st.booleans()


def values_of(kind: type[Endpoint], name: str) -> st.SearchStrategy[Any]:
    """Return the values of a field: those of its rule's schema, or the one that full requests have."""
    if name in OF_NAME:
        return OF_NAME[name]
    rules = [rule for rule in kind.model_fields[name].metadata if isinstance(rule, Rule)]
    schema = rules[0].schema() if rules and not isinstance(rules[0], Many) else {}
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if name == "aspect_ratio":
        return RATIOS
    if "minimum" in schema:
        return st.integers(schema["minimum"], schema["maximum"])
    return BOOLEANS if schema.get("type") == "boolean" else st.just(FULL[kind.name()].get(name))


@st.composite
def requests(draw: st.DrawFn) -> tuple[Dialect, Endpoint]:
    each, kind = draw(st.sampled_from(EACH))
    given_names = draw(st.sets(st.sampled_from(sorted(kind.model_fields))))
    needed = {name for name, field in kind.model_fields.items() if field.is_required()}
    if "subjects" in kind.model_fields:
        needed.add("subjects")
    fields = {name: draw(values_of(kind, name)) for name in sorted(given_names | needed)}
    fields = {name: value for name, value in fields.items() if value is not None}
    for _ in range(2):
        try:
            return each, kind.model_validate(fields)
        except ValidationError as error:  # values that exclude each other, or too many pictures
            wrong = {each["loc"][0] if each["loc"] else "duration" for each in error.errors()}
            fields = {name: value for name, value in fields.items() if name not in wrong}
            fields |= {name: FULL[kind.name()][name] for name in needed & wrong}
    return each, parse_fields(Asked(kind, FULL[kind.name()]))


def path_values(each: Dialect, call: Call) -> dict[str, str]:
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/?]+)", each.path_of(Action.SUBMIT))
    match = re.fullmatch(pattern, call.path)
    assert match
    return match.groupdict()


@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(requests())
def test_any_request_arrives_as_it_was_sent(sent: tuple[Dialect, Endpoint]) -> None:
    each, request = sent
    call = each.submit_call(request)
    asked = each.asked(path_values(each, call), json.loads(json.dumps(call.json)))
    read = parse_fields(asked)
    assert asked.unknown == ()
    assert read == request
    assert each.submit_call(read) == call
