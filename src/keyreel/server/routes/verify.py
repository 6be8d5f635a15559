"""Verifying a file: is it untouched, who made it, and which of the caller's tasks is it from."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from keyreel.errors import Unavailable
from keyreel.provenance.report import to_json
from keyreel.provenance.sandboxed_examine import read_evidence_sandboxed
from keyreel.provenance.verification import KnownVideo, VerificationReport, verify_evidence
from keyreel.server.requests.body import save_body
from keyreel.storage.passing_faults import translate_passing_faults

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services

MAX_FILE_BYTES: Final = 256 << 20
"""Bytes; a minute of 1080p has 60 MiB."""
_MAX_CONCURRENT: Final = 2
"""Files examined at a time; each takes a child process and a temporary file."""


class VerifyRoute:
    """The route /v1/verify: a file is its body."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._slots = asyncio.Semaphore(_MAX_CONCURRENT)

    async def verify(self, request: Request, caller: Caller) -> JSONResponse:
        """Report what evidence a file holds; it is deleted before the response is sent."""
        if self._slots.locked():
            raise Unavailable("Other files are being examined: try again soon.", retry_after_seconds=10)
        settings = self._services.settings
        limit = settings.body_limit or MAX_FILE_BYTES
        async with self._slots:
            with translate_passing_faults(), tempfile.TemporaryDirectory(prefix="keyreel-verify-") as folder:
                path = Path(folder) / "file"
                with path.open("wb") as file:
                    await save_body(request, file, limit=limit, seconds=settings.body_seconds)
                report = await asyncio.to_thread(self._examine, path, caller.tenant)
        return JSONResponse(to_json(report))

    def _examine(self, path: Path, tenant: str) -> VerificationReport:
        evidence = read_evidence_sandboxed(path, self._services.anchors)
        return verify_evidence(
            evidence, (KnownVideo(*each) for each in self._services.store.iterate_fingerprints(tenant))
        )
