"""What this server offers, for programs that ask first: model lists, specifications, the OpenAPI document."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.server.addresses import base_url
from keyreel.wire import openapi
from keyreel.wire.dialects import vtrix

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services
    from keyreel.wire.dialect import Json


class Discovery:
    """The routes that need no key."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._document: Json | None = None

    async def openapi(self, request: Request) -> JSONResponse:
        """Describe every path of every dialect; writing the description takes 0.1 s, once."""
        if self._document is None:
            self._document = await asyncio.to_thread(openapi.document)
        servers = [{"url": base_url(request, self._services)}]
        return JSONResponse(self._document | {"servers": servers})

    async def models(self, request: Request) -> JSONResponse:
        """List the models page by page, as vtrix clients ask."""
        return JSONResponse(vtrix.model_list(request.query_params))

    async def model_spec(self, request: Request) -> JSONResponse:
        """Describe one model's parameters, as vtrix clients ask."""
        base = base_url(request, self._services)
        return JSONResponse(vtrix.model_spec(request.path_params["id"], base))
