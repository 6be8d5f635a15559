"""The tools as assistants use them, through the `mcp` package's own client: over stdio and over HTTP."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx2
import jsonschema_rs
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from keyreel.wire.dialects.registry import DEFAULT_DIALECT
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from support.commands import CARDS, inherit_environment
from support.requests import data_uri
from support.servers import KEY, Server
from support.wire import FULL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from mcp.types import CallToolResult

pytestmark = pytest.mark.slow
OTHERS = {"get_task", "wait_for_task", "list_tasks", "cancel_task", "list_models", "list_voices", "quote"}
SHORT = {"prompt": "slow push in", "duration": 1, "resolution": "540p"}
IMAGE_MODEL = "vidu-q2-pro-img2video"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server.start(tmp_path_factory.mktemp("tools"), KEYREEL_DEV="1", **CARDS)
    yield running
    assert running.stop() == 0


@asynccontextmanager
async def over_http(server: Server) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http,
        Client(streamable_http_client(f"{server.url}/mcp", http_client=http)) as client,
    ):
        yield client


@asynccontextmanager
async def over_stdio(server: Server) -> AsyncIterator[Client]:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "keyreel", "mcp", "--base-url", server.url, "--api-key", KEY],
        env=inherit_environment(),
    )
    async with Client(stdio_client(command)) as client:
        yield client


TRANSPORTS = pytest.mark.parametrize("connect", [over_http, over_stdio], ids=["http", "stdio"])


def talk(server: Server, connect: Any, conversation: Callable[[Client], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(120), connect(server) as client:
            await conversation(client)

    asyncio.run(run())


def read(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    (text, *_) = result.content
    assert text.type == "text"
    assert json.loads(text.text) == result.structured_content
    found: dict[str, Any] = json.loads(text.text)
    return found


@TRANSPORTS
def test_an_assistant_makes_a_video_and_sees_it_come(server: Server, connect: Any) -> None:
    heard: list[tuple[float, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        assert total == 1.0
        heard.append((progress, message))

    async def converse(client: Client) -> None:
        arguments = {"model": IMAGE_MODEL, "images": [data_uri()], **SHORT}
        result = await client.call_tool("generate_img2video", arguments, progress_callback=hear)
        told = read(result)
        assert told["state"] == "succeeded"
        _, link, cover = result.content
        assert (link.type, link.uri, link.mime_type) == ("resource_link", told["video_url"], "video/mp4")
        assert cover.type == "image"
        assert base64.b64decode(cover.data).startswith(b"\xff\xd8\xff")
        async with httpx2.AsyncClient(trust_env=False) as http:
            video = await http.get(link.uri)
        assert video.content[4:8] == b"ftyp"
        again = read(await client.call_tool("get_task", {"task_id": told["task_id"]}))
        assert (again["task_id"], again["state"]) == (told["task_id"], "succeeded")

    talk(server, connect, converse)
    assert heard
    assert {message for _, message in heard} <= {"queued", "running", "succeeded"}


@TRANSPORTS
def test_a_task_is_found_waited_for_and_cancelled(server: Server, connect: Any) -> None:
    async def converse(client: Client) -> None:
        assert {tool.name for tool in (await client.list_tools()).tools} >= OTHERS
        arguments = {"model": "vidu-q2-text2video", "prompt": "x [keyreel:stay-queued]", "wait": False}
        task = read(await client.call_tool("generate_text2video", arguments))["task_id"]
        waited = read(await client.call_tool("wait_for_task", {"task_id": task, "timeout_seconds": 0.01}))
        assert waited["state"] == "queued"
        listed = read(await client.call_tool("list_tasks", {"state": "queued", "limit": 5}))
        assert task in {each["task_id"] for each in listed["tasks"]}
        assert read(await client.call_tool("cancel_task", {"task_id": task}))["state"] == "cancelled"
        assert read(await client.call_tool("list_models"))["data"]
        assert read(await client.call_tool("list_voices"))["voices"]
        quoted = {"model": IMAGE_MODEL, "duration": 2, "resolution": "720p"}
        assert read(await client.call_tool("quote", quoted))["credits"] > 0

    talk(server, connect, converse)


@TRANSPORTS
def test_what_is_wrong_is_told_in_a_sentence(server: Server, connect: Any) -> None:
    async def converse(client: Client) -> None:
        for tool, arguments, sentence in (
            ("generate_text2video", {"model": "vidu-q2-text2video"}, "prompt"),
            (
                "generate_text2video",
                {"model": "vidu-q2-text2video", "prompt": "x", "duration": 99},
                "duration",
            ),
            ("generate_text2video", {"model": "sora", "prompt": "x"}, "model"),
            ("generate_text2video", {"model": "vidu-q2-text2video", "prompt": "x", "extra": {}}, "extra"),
            ("get_task", {"task_id": "1"}, "no task"),
            ("get_task", {}, "task_id"),
            ("list_tasks", {"limit": 1000}, "limit"),
            ("nothing", {}, "nothing"),
        ):
            result = await client.call_tool(tool, arguments)
            assert result.is_error, tool
            (told,) = result.content
            assert told.type == "text"
            assert sentence in told.text

    talk(server, connect, converse)


def test_files_are_read_on_this_machine_and_never_on_the_servers(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(base64.b64decode(data_uri().partition(",")[2]))
    arguments = {"model": IMAGE_MODEL, "images": [str(file)], "wait": False, **SHORT}

    async def send_here(client: Client) -> None:
        assert read(await client.call_tool("generate_img2video", arguments))["task_id"]

    async def send_there(client: Client) -> None:
        result = await client.call_tool("generate_img2video", arguments)
        assert result.is_error
        assert "images[0]" in str(result.content)

    talk(server, over_stdio, send_here)
    talk(server, over_http, send_there)


def test_the_route_needs_a_key(server: Server) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    refused = server.call("POST", "/mcp", json=message, headers={"Authorization": "Bearer wrong"})
    assert refused.is_client_error
    assert "tools" not in refused.text


def test_every_request_of_the_catalogue_fits_its_tools_schema() -> None:
    from keyreel.mcp.schemas import build_fields_schema

    for endpoint in ENDPOINTS:
        schema = build_fields_schema(endpoint.operation, takes_files=False)
        fields = {name: each for name, each in FULL[endpoint.name()].items() if name in schema["properties"]}
        jsonschema_rs.validate(schema, fields | {"model": DEFAULT_DIALECT.format_model_id(endpoint)})
