"""What the response to a submit means: a task, a refusal, or that nobody knows. It keeps nothing."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from keyreel.client.sansio.steps import ConnectionDropped
from keyreel.errors import (
    InsufficientCredits,
    InvalidKey,
    KeyreelError,
    MethodNotAllowed,
    MissingKey,
    MissingScope,
    RateLimited,
    Unavailable,
    UnknownEndpoint,
    UnsupportedOrder,
)

if TYPE_CHECKING:
    from keyreel.client.sansio.remote_server import RemoteServer
    from keyreel.client.sansio.steps import Flow, StepResponse
    from keyreel.task import TaskId
    from keyreel.wire.endpoints.endpoint import Endpoint

_UNCERTAIN_STATUSES: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})
"""Of 4xx, those after which there may be a task: a gateway lost patience, or the key is known already."""
_OUTAGES: Final = (InvalidKey, MissingKey, MissingScope, InsufficientCredits, Unavailable)
"""Refusals that every order meets until the operator or the service has done something."""
_OTHER_ORDERS: Final = (RateLimited, UnknownEndpoint, UnsupportedOrder, MethodNotAllowed)
"""Refusals that say nothing of what was ordered either, but that another order need not meet."""
_OUTAGE_STATUSES: Final = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
_OTHER_ORDER_STATUSES: Final = frozenset(
    {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.TOO_MANY_REQUESTS}
)


class SubmitLost(Exception):
    """It is unknown whether the service has made a task."""


class SubmitRefused(Exception):
    """The service has certainly made no task."""

    def __init__(self, reason: str, *, is_outage: bool) -> None:
        super().__init__(reason)
        self.is_outage = is_outage
        """Whether it would refuse every other order as well."""


class ContentRefused(SubmitRefused):
    """The service will not make what was ordered."""


def send_submit(remote: RemoteServer, request: Endpoint, token: str) -> Flow[TaskId]:
    """Submit a request under an idempotency key, and return the task's id.

    Raises:
        SubmitRefused: there is no task.
        SubmitLost: there may be one.
    """
    step = remote.build_request(remote.dialect.build_submit_request(request))
    try:
        response = yield replace(step, headers={**step.headers, "idempotency-key": token})
    except ConnectionDropped as error:
        if error.may_have_arrived:
            raise SubmitLost(str(error)) from error
        raise SubmitRefused(str(error), is_outage=True) from error
    return _read_response(remote, response)


def _read_response(remote: RemoteServer, response: StepResponse) -> TaskId:
    try:
        return remote.parse_response(remote.dialect.parse_submit_response, response)
    except KeyreelError as error:
        if not _is_refusal(response.status):
            raise SubmitLost(error.message) from error
        if isinstance(error, _OUTAGES) or response.status in _OUTAGE_STATUSES:
            raise SubmitRefused(error.message, is_outage=True) from error
        if isinstance(error, _OTHER_ORDERS) or response.status in _OTHER_ORDER_STATUSES:
            raise SubmitRefused(error.message, is_outage=False) from error
        if response.status < HTTPStatus.BAD_REQUEST:
            raise SubmitRefused(
                f"It redirects to another URL ({response.status}).", is_outage=True
            ) from error
        raise ContentRefused(error.message, is_outage=False) from error


def _is_refusal(status: int) -> bool:
    in_range = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return status == HTTPStatus.SERVICE_UNAVAILABLE or (in_range and status not in _UNCERTAIN_STATUSES)
