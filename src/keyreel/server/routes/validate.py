"""Checking a request without creating anything: every broken rule at once, and the price."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse

from keyreel.errors import UnsupportedOrder
from keyreel.pricing import to_usd
from keyreel.server.request_problems import picture_problems
from keyreel.server.requests.body import read_object
from keyreel.server.routes.native_uploads import NativeUploads
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.requests.ignored_fields import ignored_fields
from keyreel.wire.requests.validation import examined, understood

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from keyreel.errors import Refusal
    from keyreel.order import Order
    from keyreel.pricing import PriceTable
    from keyreel.server.context import Services
    from keyreel.wire.dialects.dialect import Asked, Json

LARGEST: Final = 100 * 1024 * 1024
_SEED: Final = 1
"""Any: no rule and no price depends on it."""


class Validation:
    """The route /v1/validate/{model}."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, request: Request) -> JSONResponse:
        """Answer 200 with a verdict, whatever it is; nothing is created, kept or charged."""
        services = self._services
        caller = services.gate.caller(request.headers)
        limit = services.settings.body_limit or LARGEST
        body = await read_object(request, limit=limit, seconds=services.settings.body_seconds)
        spoken = request.query_params.get("dialect", "")
        asked = await asyncio.to_thread(understood, request.path_params["model"], body, spoken)
        if not spoken or any(each.name == spoken and each.names_uploads for each in DIALECTS):
            asked = await NativeUploads(services).named(asked, caller.tenant, request)
        judges = Judges(services.prices, services.engines.require_supported, services.intake.check_url)
        return JSONResponse(await asyncio.to_thread(verdict, asked, judges))


@dataclass(frozen=True, slots=True)
class Judges:
    """What a server's own rules are asked for."""

    prices: PriceTable
    check_order: Callable[[Order], None]
    """Raises UnsupportedOrder for what no engine here can make."""
    check_url: Callable[[str, str], None]
    """Raises InvalidRequest for an address, of a field, where nothing is to be had."""


def verdict(asked: Asked, judges: Judges) -> Json:
    """Say everything about a request that can be said before it runs."""
    found = examined(asked)
    request = found.mended
    problems = [_problem(breach.error(), breach.got, breach.rule) for breach in found.breaches]
    problems += [_problem(error) for error in picture_problems(found, judges.check_url)]
    able = True
    try:
        judges.check_order(request.order(_SEED))
    except UnsupportedOrder as error:
        able = False
        problems.append(_problem(error))
    credits_ = judges.prices.compute_price(request.bought())
    return {
        "valid": not problems,
        "model": request.name(),
        "available": able,
        "problems": problems,
        "ignored": [name for name in ignored_fields(asked, request) if found.stood(name)],
        "seconds": request.seconds if found.priced else None,
        "resolution": request.resolution.value if found.priced else None,
        "price": {"credits": credits_, "usd": f"{to_usd(credits_):.3f}"} if found.priced else None,
    }


def _problem(error: Refusal, got: str = "", rule: str = "") -> dict[str, Any]:
    """Describe a broken rule; pictures' rules say in one sentence what was got and what is allowed."""
    sentence = error.message.removeprefix(f"{error.field}: ") if error.field else error.message
    return {
        "field": error.field,
        "error": type(error).__name__,
        "got": got,
        "rule": rule or sentence.rstrip("."),
        "message": error.message,
    }
