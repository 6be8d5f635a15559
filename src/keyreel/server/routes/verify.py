"""Verifying a file: is it untouched, who made it, and which of the caller's tasks is it from."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from keyreel.errors import Unavailable
from keyreel.provenance.report import to_json
from keyreel.provenance.sandboxed_examine import read_evidence_sandboxed
from keyreel.provenance.verification import KnownVideo, VerificationReport, verify_evidence
from keyreel.server.requests.body import save_body
from keyreel.server.requests.body_memory import BodyMemory, HeldBody
from keyreel.storage.passing_faults import translate_passing_faults

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services

MAX_FILE_BYTES: Final = 256 << 20
"""Bytes; a minute of 1080p has 60 MiB."""
_MAX_CONCURRENT: Final = 2
"""Files examined at a time; each takes a child process."""
_SLOT_SECONDS: Final = 30.0
"""How long a file that has arrived may wait to be examined."""
_MAX_DISK_BYTES: Final = 4 * MAX_FILE_BYTES
"""Of all files that arrive, wait or are examined."""


class VerifyRoute:
    """The route /v1/verify: a file is its body."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._slots = asyncio.Semaphore(_MAX_CONCURRENT)
        self._disk = BodyMemory(_MAX_DISK_BYTES)

    async def verify(self, request: Request, caller: Caller) -> JSONResponse:
        """Report what evidence a file holds; it is deleted before the response is sent."""
        settings = self._services.settings
        limit = settings.body_limit or MAX_FILE_BYTES
        held = HeldBody(self._disk, caller.tenant)
        try:
            with translate_passing_faults(), tempfile.TemporaryDirectory(prefix="keyreel-verify-") as folder:
                path = Path(folder) / "file"
                with path.open("wb") as file:
                    await save_body(request, file, held, limit=limit, seconds=settings.body_seconds)
                # Only now: a client that sends its file slowly keeps nobody waiting.
                async with self._take_slot():
                    report = await asyncio.to_thread(self._examine, path, caller.tenant)
        finally:
            held.release()
        return JSONResponse(to_json(report))

    @asynccontextmanager
    async def _take_slot(self) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(_SLOT_SECONDS):
                await self._slots.acquire()
        except TimeoutError:
            raise Unavailable(
                "The server is examining other files: try again soon.", retry_after_seconds=10
            ) from None
        try:
            yield
        finally:
            self._slots.release()

    def _examine(self, path: Path, tenant: str) -> VerificationReport:
        evidence = read_evidence_sandboxed(path, self._services.anchors)
        return verify_evidence(
            evidence, (KnownVideo(*each) for each in self._services.store.iterate_fingerprints(tenant))
        )
