from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from keyreel.errors import InvalidRequest, UnknownEndpoint
from keyreel.wire.dialects.dialect import Asked
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from keyreel.wire.endpoints.catalogue import ENDPOINTS, TRUSTED, endpoint, find
from keyreel.wire.requests.parsing import parse_fields
from support.wire import FULL

if TYPE_CHECKING:
    from keyreel.wire.endpoints.endpoint import Endpoint

ASSET = "asset:" + "0123456789abcdef" * 4
BY_NAME = pytest.mark.parametrize("kind", ENDPOINTS, ids=lambda kind: kind.name())


@BY_NAME
def test_every_name_in_use_finds_its_endpoint(kind: type[Endpoint]) -> None:
    assert endpoint(kind.name()) is kind
    for spelling in (kind.name(), *(each.model_id(kind) for each in DIALECTS)):
        assert find(spelling) is find(spelling.upper()) is kind


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
    assert find(spelling).name() == name


@pytest.mark.parametrize(
    "name", ["", "vidu", "vidu-q9-dream2video", "q2", "../etc/passwd", "x" * 10_000, "\0"]
)
def test_an_unknown_name_is_refused(name: str) -> None:
    for looked_up in (endpoint, find):
        with pytest.raises(UnknownEndpoint) as caught:
            looked_up(name)
        assert len(caught.value.message) < 200


def test_dialects_are_found_by_name() -> None:
    assert [find_dialect(each.name) for each in DIALECTS] == list(DIALECTS)
    with pytest.raises(UnknownEndpoint, match="async_v3, vtrix"):
        find_dialect("morse")


@BY_NAME
def test_a_stored_request_reads_back_unchanged(kind: type[Endpoint]) -> None:
    request = parse_fields(Asked(kind, FULL[kind.name()]))
    stored = request.with_pictures(dict.fromkeys(request.pictures(), ASSET))
    assert set(stored.pictures()) == set(request.pictures())
    assert set(stored.pictures().values()) == {ASSET}
    again = kind.model_validate_json(stored.model_dump_json(exclude_none=True), context=TRUSTED)
    assert again == stored
    assert again.order(5) == stored.order(5)
    assert again.without_effect() == stored.without_effect()


@BY_NAME
def test_nobody_but_our_own_rows_may_name_an_asset(kind: type[Endpoint]) -> None:
    fields: dict[str, Any] = FULL[kind.name()]
    stored = parse_fields(Asked(kind, fields))
    stored = stored.with_pictures(dict.fromkeys(stored.pictures(), ASSET))
    with pytest.raises(InvalidRequest):
        parse_fields(Asked(kind, stored.model_dump(mode="json", exclude_none=True)))
    with pytest.raises(ValidationError):
        kind.model_validate_json(stored.model_dump_json(exclude_none=True))


@BY_NAME
def test_only_some_pictures_may_move(kind: type[Endpoint]) -> None:
    request = parse_fields(Asked(kind, FULL[kind.name()]))
    first = next(iter(request.pictures()))
    moved = request.with_pictures({first: ASSET})
    assert moved.pictures() == request.pictures() | {first: ASSET}
    assert request.with_pictures({}) == request
