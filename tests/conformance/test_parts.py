from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from keyreel.conformance.images import build_image_data_uri
from keyreel.conformance.limits import build_valid_fields, iterate_probes
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints.catalogue import ENDPOINTS
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
            (violation.field, violation.error_class)
            for violation in validate_request(ParsedSubmit(kind, probe.fields)).violations
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
