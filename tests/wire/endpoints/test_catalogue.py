from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from keyreel.errors import InvalidRequest, UnknownEndpoint
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from keyreel.wire.endpoints.catalogue import ENDPOINTS, TRUSTED_CONTEXT, find_endpoint, get_endpoint
from keyreel.wire.requests.parsing import validate_fields
from support.wire import FULL

if TYPE_CHECKING:
    from keyreel.wire.endpoints.endpoint import Endpoint

ASSET = "asset:" + "0123456789abcdef" * 4
BY_NAME = pytest.mark.parametrize("kind", ENDPOINTS, ids=lambda kind: kind.name())


@BY_NAME
def test_every_name_in_use_finds_its_endpoint(kind: type[Endpoint]) -> None:
    assert get_endpoint(kind.name()) is kind
    for spelling in (kind.name(), *(each.format_model_id(kind) for each in DIALECTS)):
        assert find_endpoint(spelling) is find_endpoint(spelling.upper()) is kind


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("vidu-q2-pro-startend2video", "q2-pro-start-end2video"),
        ("vidu-q2-pro-start-end2video", "q2-pro-start-end2video"),
        ("viduq2_pro_start_end2video", "q2-pro-start-end2video"),
        ("viduq2_pro_start_end", "q2-pro-start-end2video"),
        ("viduq2-pro-img2video", "q2-pro-img2video"),
        ("viduq1_reference2video", "q1-reference2video"),
        ("vidu-q2-reference2video", "q2-reference2video"),
        ("vidu-q2-pro-multiframe", "q2-pro-multiframe"),
    ],
)
def test_the_documented_ids_are_known(spelling: str, name: str) -> None:
    assert find_endpoint(spelling).name() == name


@pytest.mark.parametrize(
    "name", ["", "vidu", "vidu-q9-dream2video", "q2", "../etc/passwd", "x" * 10_000, "\0"]
)
def test_an_unknown_name_is_refused(name: str) -> None:
    for looked_up in (get_endpoint, find_endpoint):
        with pytest.raises(UnknownEndpoint) as caught:
            looked_up(name)
        assert len(caught.value.message) < 200


def test_dialects_are_found_by_name() -> None:
    assert [find_dialect(each.name) for each in DIALECTS] == list(DIALECTS)
    with pytest.raises(UnknownEndpoint, match="async_v3, vtrix"):
        find_dialect("morse")


@BY_NAME
def test_a_stored_request_reads_back_unchanged(kind: type[Endpoint]) -> None:
    request = validate_fields(ParsedSubmit(kind, FULL[kind.name()]))
    stored = request.with_image_sources(dict.fromkeys(request.get_image_sources(), ASSET))
    assert set(stored.get_image_sources()) == set(request.get_image_sources())
    assert set(stored.get_image_sources().values()) == {ASSET}
    again = kind.model_validate_json(stored.model_dump_json(exclude_none=True), context=TRUSTED_CONTEXT)
    assert again == stored
    assert again.to_order(5) == stored.to_order(5)
    assert again.list_ignored_fields() == stored.list_ignored_fields()


@BY_NAME
def test_nobody_but_our_own_rows_may_name_an_asset(kind: type[Endpoint]) -> None:
    fields: dict[str, Any] = FULL[kind.name()]
    stored = validate_fields(ParsedSubmit(kind, fields))
    stored = stored.with_image_sources(dict.fromkeys(stored.get_image_sources(), ASSET))
    with pytest.raises(InvalidRequest):
        validate_fields(ParsedSubmit(kind, stored.model_dump(mode="json", exclude_none=True)))
    with pytest.raises(ValidationError):
        kind.model_validate_json(stored.model_dump_json(exclude_none=True))


@BY_NAME
def test_only_some_images_may_move(kind: type[Endpoint]) -> None:
    request = validate_fields(ParsedSubmit(kind, FULL[kind.name()]))
    first = next(iter(request.get_image_sources()))
    moved = request.with_image_sources({first: ASSET})
    assert moved.get_image_sources() == request.get_image_sources() | {first: ASSET}
    assert request.with_image_sources({}) == request
