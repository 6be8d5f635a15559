"""`keyreel mcp`: the tools for assistants on this machine, over standard input and output."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import Final

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.options import ApiKeyOption, BaseUrlOption, DataOption  # noqa: TC001 - typer reads annotations
from keyreel.errors import InvalidSetting

_MISSING: Final = "keyreel mcp needs the package mcp: install Keyreel with the extra `mcp`."


def serve_tools(base_url: BaseUrlOption = "", api_key: ApiKeyOption = "", data: DataOption = None) -> None:
    """Serve Keyreel's tools to an assistant that starts this command (Model Context Protocol, stdio)."""
    if find_spec("mcp") is None:
        raise InvalidSetting(_MISSING)
    url, key = DataFolder.from_option(data).choose_server(base_url, api_key)
    asyncio.run(_serve(url, key))


async def _serve(url: str, key: str) -> None:
    from mcp import stdio_server

    from keyreel.client import AsyncClient
    from keyreel.mcp.server import ToolServer

    async with AsyncClient(url, key) as client, stdio_server() as (requests, answers):
        server = ToolServer(client, takes_files=True).build()
        await server.run(requests, answers, server.create_initialization_options())
