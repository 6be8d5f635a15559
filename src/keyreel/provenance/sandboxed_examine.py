"""Examines a stranger's file in a child process with bounded memory and time that cannot write files."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from keyreel.errors import InvalidRequest
from keyreel.system.process_limits import ENVIRONMENT, limit_process

if TYPE_CHECKING:
    from keyreel.provenance.verification import Evidence

CPU_SECONDS: Final = 30
"""CPU seconds of an examination; a minute of 1080p takes 10."""

_WALL_SECONDS: Final = 90.0
_MEMORY_BYTES: Final = 3 << 30
_OPEN_FILES: Final = 64


def read_evidence_sandboxed(path: Path, anchors: bytes) -> Evidence:
    """Read the evidence in a stranger's file; blocks for as long as the child process works.

    Raises:
        InvalidRequest: the file is no video that can be read, or takes more memory or time than a video may.
    """
    from keyreel.provenance.verification import evidence_from_json

    command = [sys.executable, "-I", "-m", __name__, str(path)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program; the path is an argument of its own
            command,
            input=anchors,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            timeout=_WALL_SECONDS,
            check=False,
        )
        result: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        # A child process that was ended by its limits prints nothing.
        raise InvalidRequest("The file is too complex to be examined.") from None
    if "error" in result:
        raise InvalidRequest(result["error"])
    return evidence_from_json(result)


def main() -> None:
    """Examine the file that the command line names, and print what was found as JSON."""
    limit_process(cpu_seconds=CPU_SECONDS, memory_bytes=_MEMORY_BYTES, file_bytes=0, open_files=_OPEN_FILES)
    from keyreel.provenance.examine import read_evidence

    try:
        result = asdict(read_evidence(Path(sys.argv[1]), sys.stdin.buffer.read()))
    except InvalidRequest as error:
        result = {"error": error.message}
    print(json.dumps(result))  # noqa: T201 - this is the child's result


if __name__ == "__main__":
    main()
