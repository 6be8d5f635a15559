"""Any damage to any request: every broken field is named, and what is good is judged good."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyreel.errors import InvalidRequest
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.requests.parsing import validate_fields
from keyreel.wire.requests.validation import validate_request
from support.wire import FULL

if TYPE_CHECKING:
    from keyreel.wire.endpoints.endpoint import Endpoint

NONSENSE = {"deep": [{"er": None}]}


@pytest.mark.parametrize("kind", ENDPOINTS, ids=lambda kind: kind.name())
def test_a_good_request_comes_back_as_it_is(kind: type[Endpoint]) -> None:
    submit = ParsedSubmit(kind, deepcopy(FULL[kind.name()]))
    found = validate_request(submit)
    assert found.violations == ()
    assert found.repaired_request == validate_fields(submit)
    assert submit.fields == FULL[kind.name()]


@pytest.mark.parametrize("kind", ENDPOINTS, ids=lambda kind: kind.name())
@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_damaged_field_is_named(kind: type[Endpoint], data: st.DataObject) -> None:
    given_fields = FULL[kind.name()]
    # What a field takes objects for is not damaged by one.
    able = sorted(set(given_fields) - {"extra", "video_creation_id"})
    damaged = data.draw(st.sets(st.sampled_from(able), min_size=1))
    fields: dict[str, Any] = given_fields | dict.fromkeys(damaged, NONSENSE)
    named = {
        str(violation.location[0]) for violation in validate_request(ParsedSubmit(kind, fields)).violations
    }
    # A mark's fields count only with the mark.
    silent = {"wm_url", "wm_position"} if "watermark" in damaged else set()
    assert damaged - silent <= named


@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(ENDPOINTS),
    st.dictionaries(
        st.sampled_from(sorted({name for kind in ENDPOINTS for name in kind.model_fields})),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["images", "key_image", "id", "webhook", "url"]), inner)
            ),
            max_leaves=6,
        ),
    ),
)
def test_any_fields_at_all_come_to_an_end(kind: type[Endpoint], fields: dict[str, Any]) -> None:
    found = validate_request(ParsedSubmit(kind, fields))
    assert isinstance(found.repaired_request, kind)
    sound = True
    try:
        validate_fields(ParsedSubmit(kind, fields))
    except InvalidRequest:
        sound = False
    assert sound == (found.violations == ())
