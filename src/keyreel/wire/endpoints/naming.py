"""The names of models and operations that the API family's documentation and most of its formats use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyreel.wire.endpoints.endpoint import Endpoint


def format_model_name(endpoint_class: type[Endpoint]) -> str:
    """Return the model's name as bodies have it: "viduq2-pro", "vidu2.0"."""
    return f"vidu{endpoint_class.family}"


def format_operation_name(endpoint_class: type[Endpoint]) -> str:
    """Return the operation's name as paths have it: "start-end2video"."""
    return endpoint_class.operation.value.replace("_", "-")
