"""What this server offers, for programs: its index, model lists, specifications, the OpenAPI document."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

import keyreel
from keyreel.errors import UnknownEndpoint
from keyreel.server.routes.reference.documents import GeneratedDocument
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.dialects.vtrix_family import vtrix
from keyreel.wire.endpoints.catalogue import ENDPOINTS, find_endpoint
from keyreel.wire.endpoints.naming import format_model_name
from keyreel.wire.reference import model_list, openapi
from keyreel.wire.reference.responses.own_responses import ServerIndex

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.engines.router import EngineRouter
    from keyreel.pricing import PriceTable
    from keyreel.server.services import Services
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json
    from keyreel.wire.reference.model_list import MakerLookup


async def show_index(request: Request) -> JSONResponse:
    """Name this server, and the path where each format submits."""
    del request
    index = ServerIndex(
        name="keyreel",
        version=keyreel.__version__,
        submit={dialect.name: dialect.get_path(RouteAction.SUBMIT) for dialect in DIALECTS},
        models="/v1/models",
        tasks="/v1/tasks/{id}",
        reference="/docs",
        openapi="/openapi.json",
    )
    return JSONResponse(index.to_json())


class _ModelDocuments:
    """The list of models and each of them, as long as the same engines are healthy."""

    def __init__(self, prices: PriceTable, engines: EngineRouter, unwell: frozenset[str]) -> None:
        self.unwell = unwell

        def find_makers(endpoint_class: type[Endpoint]) -> dict[str, bool]:
            return {name: name not in unwell for name in engines.list_makers(endpoint_class)}

        self.listing = GeneratedDocument(lambda _: model_list.list_models(prices, find_makers))
        self.by_name = {
            name: GeneratedDocument(partial(_describe_model, name, prices, find_makers))
            for name in map(format_model_name, ENDPOINTS)
        }


def _describe_model(name: str, prices: PriceTable, find_makers: MakerLookup, base_url: str) -> Json:
    del base_url
    return model_list.describe_model(name, prices, find_makers)


class DiscoveryRoutes:
    """The routes of model lists and of the OpenAPI document; none needs a key."""

    def __init__(self, services: Services) -> None:
        self._services = services
        build = partial(openapi.build_document, docs_url=services.settings.docs_url)
        self._openapi = GeneratedDocument(build)
        self._models = _ModelDocuments(services.prices, services.engines, frozenset())
        self._specifications = {
            each: GeneratedDocument(partial(vtrix.build_model_spec, each.name())) for each in ENDPOINTS
        }

    async def show_openapi(self, request: Request) -> Response:
        """Answer the OpenAPI document."""
        return await self._openapi.respond(request, self._services)

    async def list_models(self, request: Request) -> Response:
        """List the models in the form of OpenAI-style APIs."""
        models = await self._get_models()
        return await models.listing.respond(request, self._services)

    async def show_model(self, request: Request) -> Response:
        """Describe one model in that form.

        Raises:
            UnknownEndpoint: there is none of this name.
        """
        name = request.path_params["id"]
        models = await self._get_models()
        if name not in models.by_name:
            raise UnknownEndpoint(f"model: got {name[:64]!r}; there is no such model here.", field="model")
        return await models.by_name[name].respond(request, self._services)

    async def list_vtrix_models(self, request: Request) -> JSONResponse:
        """List the available models page by page, for vtrix clients."""
        available = await asyncio.to_thread(self._list_available)
        return JSONResponse(vtrix.build_model_page(request.query_params, available))

    async def show_vtrix_model_spec(self, request: Request) -> Response:
        """Describe one model's parameters, for vtrix clients.

        Raises:
            UnknownEndpoint: there is no such model.
        """
        specification = self._specifications[find_endpoint(request.path_params["id"])]
        return await specification.respond(request, self._services)

    async def _get_models(self) -> _ModelDocuments:
        """Return the documents, built anew where an engine has become well or unwell."""
        services, problems = self._services, await self._services.engine_health.run()
        unwell = frozenset(name for name, problem in problems.items() if problem)
        if unwell != self._models.unwell:
            self._models = _ModelDocuments(services.prices, services.engines, unwell)
        return self._models

    def _list_available(self) -> list[type[Endpoint]]:
        return [*filter(self._services.engines.is_supported, ENDPOINTS)]
