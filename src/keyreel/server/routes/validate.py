"""Validating a request without making a task: every broken rule at once, and the price."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from keyreel.errors import UnsupportedOrder
from keyreel.pricing import to_usd
from keyreel.server.requests.base_url import get_base_url
from keyreel.server.requests.body import read_object
from keyreel.server.submission.request_problems import find_image_problems
from keyreel.server.submission.upload_uris import resolve_upload_uris
from keyreel.wire.reference.responses.own_responses import Price, RequestProblem, RequestVerdict
from keyreel.wire.requests.ignored_fields import find_ignored_fields
from keyreel.wire.requests.validation import parse_for_model, validate_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from keyreel.errors import Refusal
    from keyreel.pricing import PriceTable
    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services
    from keyreel.wire.dialects.dialect import ParsedSubmit
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

MAX_BODY_BYTES: Final = 100 * 1024 * 1024
"""Unless the setting `body_limit` says otherwise."""


class ValidateRoute:
    """The route /v1/validate/{model}."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def validate(self, request: Request, caller: Caller) -> JSONResponse:
        """Answer 200 with a verdict, whatever it is; nothing is stored or charged."""
        services = self._services
        limit = services.settings.body_limit or MAX_BODY_BYTES
        body = await read_object(request, limit=limit, seconds=services.settings.body_seconds)
        dialect_name = request.query_params.get("dialect", "")
        parsed = await asyncio.to_thread(parse_for_model, request.path_params["model"], body, dialect_name)
        parsed = await resolve_upload_uris(parsed, caller.tenant, get_base_url(request, services), services)
        rules = ServerRules(
            services.prices,
            partial(services.engines.route_request, tenant=caller.tenant),
            services.intake.check_url,
        )
        return JSONResponse(await asyncio.to_thread(build_verdict, parsed, rules))


@dataclass(frozen=True, slots=True)
class ServerRules:
    """The rules that depend on a server: its prices, engines and allowed destinations."""

    prices: PriceTable
    check_engines: Callable[[Endpoint], object]
    """Raises UnsupportedOrder for a request that no engine here makes."""
    check_url: Callable[[str, str], None]
    """Checks a URL, given the field that holds it; raises InvalidRequest."""


def build_verdict(parsed: ParsedSubmit, rules: ServerRules) -> Json:
    """Return the body of /v1/validate: every broken rule, the price and what would be ignored."""
    found = validate_request(parsed)
    request = found.repaired_request
    problems = [
        _describe_problem(violation.to_error(), violation.got, violation.rule)
        for violation in found.violations
    ]
    problems += [_describe_problem(error) for error in find_image_problems(found, rules.check_url)]
    able = True
    try:
        rules.check_engines(request)
    except UnsupportedOrder as error:
        able = False
        problems.append(_describe_problem(error))
    credits_ = rules.prices.compute_price(request.to_billable())
    price = Price(credits=credits_, usd=f"{to_usd(credits_):.3f}")
    ignored = (name for name in find_ignored_fields(parsed, request) if found.is_original(name))
    return RequestVerdict(
        valid=not problems,
        model=request.name(),
        available=able,
        problems=tuple(problems),
        ignored=tuple(ignored),
        seconds=request.seconds if found.is_price_known else None,
        resolution=request.resolution if found.is_price_known else None,
        price=price if found.is_price_known else None,
    ).to_json()


def _describe_problem(error: Refusal, got: str = "", rule: str = "") -> RequestProblem:
    """Describe a broken rule; without a `rule`, the error's message says what was got and what is allowed."""
    sentence = error.message.removeprefix(f"{error.field}: ") if error.field else error.message
    return RequestProblem(
        field=error.field,
        error=type(error).__name__,
        got=got,
        rule=rule or sentence.rstrip("."),
        message=error.message,
    )
