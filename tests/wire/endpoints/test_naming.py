"""Models and operations are named as the family's documentation names them."""

from __future__ import annotations

from keyreel.wire.endpoints.catalogue import get_endpoint
from keyreel.wire.endpoints.naming import format_model_name, format_operation_name


def test_a_model_and_its_operation_have_the_documented_names() -> None:
    assert format_model_name(get_endpoint("2.0-start-end2video")) == "vidu2.0"
    assert format_operation_name(get_endpoint("2.0-start-end2video")) == "start-end2video"
    assert format_model_name(get_endpoint("q2-pro-img2video")) == "viduq2-pro"
