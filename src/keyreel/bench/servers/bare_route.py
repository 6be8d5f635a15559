"""A process that serves one JSON body from one Starlette route, and does nothing else."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request


def main() -> None:
    """Serve the body given as second argument on the port given as first, until the process is ended."""
    port, body = int(sys.argv[1]), json.loads(sys.argv[2])

    async def respond(request: Request) -> JSONResponse:
        if request.method == "POST":
            await request.body()
        return JSONResponse(body)

    app = Starlette(routes=[Route("/{path:path}", respond, methods=["GET", "POST"])])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
