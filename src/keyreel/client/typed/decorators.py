"""Methods whose fields depend on the model, typed by it. At run time they stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.client.typed.calls import EndpointCall
    from keyreel.client.typed.waiting_calls import WaitingEndpointCall

Result_co = TypeVar("Result_co", covariant=True)
R = TypeVar("R")


class ModelMethod(Generic[Result_co]):
    """A method that takes a model's name and its fields; for type checkers alone."""

    if TYPE_CHECKING:

        def __get__(self, instance: object, owner: type) -> EndpointCall[Result_co]:
            """Return the bound method."""
            ...


class WaitingModelMethod(Generic[Result_co]):
    """One that waits for the video besides; for type checkers alone."""

    if TYPE_CHECKING:

        def __get__(self, instance: object, owner: type) -> WaitingEndpointCall[Result_co]:
            """Return the bound method."""
            ...


def typed_by_model(method: Callable[..., R]) -> ModelMethod[R]:
    """Type a method's fields by the model that it is given."""
    return cast("ModelMethod[R]", cast("Any", method))


def typed_by_model_waiting(method: Callable[..., R]) -> WaitingModelMethod[R]:
    """Do so with a method that also takes how to wait."""
    return cast("WaitingModelMethod[R]", cast("Any", method))
