"""What this server offers, for programs: its index, model lists, specifications, the OpenAPI document."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

import keyreel
from keyreel.server.requests.base_url import get_base_url
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.dialects.vtrix_family import vtrix
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.reference import model_list, openapi
from keyreel.wire.reference.own_responses import ServerIndex

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json


async def show_index(request: Request) -> JSONResponse:
    """Name this server, and the path where each format submits."""
    del request
    index = ServerIndex(
        name="keyreel",
        version=keyreel.__version__,
        submit={dialect.name: dialect.get_path(RouteAction.SUBMIT) for dialect in DIALECTS},
        models="/v1/models",
        reference="/docs",
        openapi="/openapi.json",
    )
    return JSONResponse(index.to_json())


class DiscoveryRoutes:
    """The routes of model lists and of the OpenAPI document; none needs a key."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._document: Json | None = None

    async def show_openapi(self, request: Request) -> JSONResponse:
        """Answer the OpenAPI document; building it takes 0.1 s, once."""
        if self._document is None:
            self._document = await asyncio.to_thread(openapi.build_document)
        servers = [{"url": get_base_url(request, self._services)}]
        return JSONResponse(self._document | {"servers": servers})

    async def list_models(self, request: Request) -> JSONResponse:
        """List the models in the form of OpenAI-style APIs."""
        del request
        return JSONResponse(model_list.list_models(self._services.prices, self._is_available))

    async def show_model(self, request: Request) -> JSONResponse:
        """Describe one model in that form."""
        name = request.path_params["id"]
        return JSONResponse(model_list.describe_model(name, self._services.prices, self._is_available))

    def _is_available(self, endpoint_class: type[Endpoint]) -> bool:
        """Say whether an engine here supports this endpoint."""
        return self._services.engines.is_supported(endpoint_class)

    async def list_vtrix_models(self, request: Request) -> JSONResponse:
        """List the available models page by page, for vtrix clients."""
        available = [*filter(self._is_available, ENDPOINTS)]
        return JSONResponse(vtrix.build_model_page(request.query_params, available))

    async def show_vtrix_model_spec(self, request: Request) -> JSONResponse:
        """Describe one model's parameters, for vtrix clients."""
        base = get_base_url(request, self._services)
        return JSONResponse(vtrix.build_model_spec(request.path_params["id"], base))
