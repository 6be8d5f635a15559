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
    from starlette.types import Receive, Scope, Send


async def echo(request: Request) -> JSONResponse:
    return JSONResponse(await request.json(), status_code=201)


async def count(request: Request) -> StreamingResponse:
    del request
    return StreamingResponse(f"{number}\n" for number in range(3))


async def fail(request: Request) -> JSONResponse:
    raise ZeroDivisionError(request.url.path)


class Endless:
    """An application whose response has no end, and that counts what it has sent of it."""

    def __init__(self) -> None:
        self.pieces = 0
        self.ended = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while True:
                self.pieces += 1
                await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
        finally:
            self.ended = True


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


def test_a_response_is_made_as_it_is_read_and_ends_with_its_reader() -> None:
    app = Endless()
    with (
        httpx.Client(base_url="http://keyreel", transport=InProcessTransport(app)) as client,
        client.stream("GET", "/") as answer,
    ):
        pieces = answer.iter_raw()
        for number in range(1, 101):
            assert len(next(pieces)) == 65536
            # One piece may wait here, and one more be made.
            assert app.pieces <= number + 1
    assert app.ended
