from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from keyreel.cli.in_process_transport import InProcessTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request


async def echo(request: Request) -> JSONResponse:
    return JSONResponse(await request.json(), status_code=201)


async def count(request: Request) -> StreamingResponse:
    del request
    return StreamingResponse(f"{number}\n" for number in range(3))


async def fail(request: Request) -> JSONResponse:
    raise ZeroDivisionError(request.url.path)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    routes = [Route("/echo", echo, methods=["POST"]), Route("/count", count), Route("/fail", fail)]
    with httpx.Client(
        base_url="http://keyreel", transport=InProcessTransport(Starlette(routes=routes))
    ) as opened:
        yield opened


def test_carries_bodies_both_ways(client: httpx.Client) -> None:
    answer = client.post("/echo", json={"name": "ann"})
    assert (answer.status_code, answer.json()) == (201, {"name": "ann"})


def test_a_stream_is_read_by_lines(client: httpx.Client) -> None:
    with client.stream("GET", "/count") as answer:
        assert list(answer.iter_lines()) == ["0", "1", "2"]


def test_what_the_application_raises_is_raised(client: httpx.Client) -> None:
    with pytest.raises(ZeroDivisionError, match="/fail"):
        client.get("/fail")
