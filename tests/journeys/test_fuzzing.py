"""Whatever the OpenAPI document allows, and whatever it does not: no answer is a fault of the server's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.commands import CARDS
from support.servers import KEY, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
SEED = 20261121
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose tasks wait: what is fuzzed is its answers."""
    running = Server.start(tmp_path_factory.mktemp("keyreel"), KEYREEL_WORKER="0", **CARDS)
    yield running
    assert running.stop() == 0


def fuzzed(server: Server, key: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("schemathesis")
    common = ("--seed", str(SEED), "--checks", ",".join(CHECKS), "--phases", "examples,fuzzing")
    quiet = ("--no-color", "--suppress-health-check", "all", "--generation-database", "none")
    return subprocess.run(
        [program, "run", f"{server.url}/openapi.json", "-H", f"Authorization: Bearer {key}",
         *common, *quiet, *options],
        cwd=folder, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


def test_no_request_is_too_strange(waiting: Server, tmp_path: Path) -> None:
    # What is wrong with a message of the Model Context Protocol is told by that protocol's own rules.
    done = fuzzed(waiting, KEY, tmp_path, "--max-examples", "5", "--exclude-path-regex", "^/(v1/admin|mcp$)")
    assert done.returncode == 0, done.stdout[-6000:]
    assert "Traceback" not in (waiting.data / "up.log").read_text()


def test_no_operators_request_is_too_strange(waiting: Server, tmp_path: Path) -> None:
    token = (waiting.data / "admin.token").read_text().strip()
    done = fuzzed(waiting, token, tmp_path, "--max-examples", "10", "--include-path-regex", "^/v1/admin")
    assert done.returncode == 0, done.stdout[-6000:]
    assert "Traceback" not in (waiting.data / "up.log").read_text()
