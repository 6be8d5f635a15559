"""Quotes: what a request would cost and when its video would be done, without making a task."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from keyreel.errors import InvalidRequest
from keyreel.pricing import to_usd
from keyreel.server.requests.base_url import get_base_url
from keyreel.server.requests.body import read_object
from keyreel.server.submission.upload_uris import resolve_upload_uris
from keyreel.task import Submission
from keyreel.wire.reference.responses.own_responses import Quote
from keyreel.wire.requests.parsing import combine_errors
from keyreel.wire.requests.validation import parse_for_model, validate_request

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services
    from keyreel.wire.dialects.dialect import ParsedSubmit
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

MAX_BODY_BYTES: Final = 100 * 1024 * 1024
"""Unless the setting `body_limit` says otherwise."""
_SEED: Final = 1
"""Arbitrary: no price and no time depends on it."""


class QuoteRoute:
    """The route /v1/quote."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def quote(self, request: Request, caller: Caller) -> JSONResponse:
        """Answer price and time; nothing is stored or held."""
        services = self._services
        limit = services.settings.body_limit or MAX_BODY_BYTES
        body = await read_object(request, limit=limit, seconds=services.settings.body_seconds)
        query = request.query_params
        parsed = await asyncio.to_thread(
            _parse_request, body, query.get("model", ""), query.get("dialect", "")
        )
        parsed = await resolve_upload_uris(parsed, caller.tenant, get_base_url(request, services), services)
        endpoint = await asyncio.to_thread(_repair_request, parsed)
        engine = services.engines.route_request(endpoint, caller.tenant).find_likeliest()
        quote = await services.store.database.ask(partial(self._build_quote, endpoint, caller, engine))
        return JSONResponse(quote.to_json())

    def _build_quote(self, endpoint: Endpoint, caller: Caller, engine: str) -> Quote:
        services = self._services
        cheaper = endpoint.model_copy(update={"off_peak": True})
        credits_ = services.prices.compute_price(endpoint.to_billable())
        low = services.prices.compute_price(cheaper.to_billable()) if cheaper.is_off_peak else None
        now = services.clock.now()
        submission = _build_submission(endpoint, caller, credits_)
        estimate = services.forecast.estimate_submission(submission, engine)
        return Quote(
            model=endpoint.name(),
            seconds=endpoint.seconds,
            resolution=endpoint.resolution,
            off_peak=endpoint.is_off_peak,
            credits=credits_,
            usd=f"{to_usd(credits_):.3f}",
            # With sound there is no off-peak price.
            off_peak_credits=low,
            off_peak_usd=None if low is None else f"{to_usd(low):.3f}",
            tasks_ahead=estimate.tasks_ahead,
            expected_start=estimate.starts_at.isoformat(),
            seconds_until_start=max(0, round((estimate.starts_at - now).total_seconds())),
            seconds_until_done=max(1, round((estimate.done_at - now).total_seconds())),
        )


def _parse_request(body: Json, model: str, dialect_name: str) -> ParsedSubmit:
    """Read a body for the model that it names.

    Raises:
        UnknownEndpoint: there is no such model.
        InvalidRequest: no model is named.
    """
    named = model or body.get("model")
    if not isinstance(named, str) or not named:
        raise InvalidRequest("model: is required, in the body or as /v1/quote?model=…", field="model")
    return parse_for_model(named, body, dialect_name)


def _repair_request(parsed: ParsedSubmit) -> Endpoint:
    """Return the request as a submit has it; fields that the price does not depend on may be absent.

    Raises:
        InvalidRequest: a field that the price depends on breaks its rule.
    """
    found = validate_request(parsed)
    if not found.is_price_known:
        raise combine_errors([violation.to_error() for violation in found.violations])
    return found.repaired_request


def _build_submission(endpoint: Endpoint, caller: Caller, credits_: int) -> Submission:
    return Submission(
        tenant=caller.tenant,
        key_id=caller.key_id,
        dialect="",
        endpoint=endpoint.name(),
        fields="",
        seed=_SEED,
        seconds=endpoint.seconds,
        resolution=endpoint.resolution,
        credits=credits_,
        off_peak=endpoint.is_off_peak,
    )
