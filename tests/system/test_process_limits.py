from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from keyreel.system.process_limits import ENVIRONMENT

if TYPE_CHECKING:
    from pathlib import Path

CONFINED = """
from keyreel.system.process_limits import limit_process
limit_process(cpu_seconds=1, memory_bytes=1 << 30, file_bytes=1000, open_files=16)
"""


def status(program: str, *arguments: str) -> int:
    command = [sys.executable, "-I", "-c", CONFINED + program, *arguments]
    return subprocess.run(command, env=ENVIRONMENT, stderr=subprocess.DEVNULL, check=False).returncode


@pytest.mark.skipif(sys.platform != "linux", reason="macOS bounds no address space")
def test_memory_is_bounded() -> None:
    assert status("bytearray(1 << 28)") == 0
    assert status("bytearray(1 << 31)") == 1


def test_processor_time_is_bounded() -> None:
    assert status("while True: pass") < 0


def test_the_size_of_written_files_is_bounded(tmp_path: Path) -> None:
    file = tmp_path / "file"
    writing = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(bytes(int(sys.argv[2])))"
    assert status(writing, str(file), "1000") == 0
    assert status(writing, str(file), "2000") != 0
    assert file.stat().st_size <= 1000


def test_the_number_of_open_files_is_bounded() -> None:
    assert status("import os; [os.dup(0) for _ in range(20)]") == 1


def test_a_server_may_open_as_many_files_as_the_hard_limit_says() -> None:
    program = """
import resource
from keyreel.system.process_limits import raise_open_files_limit
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 512))
assert raise_open_files_limit() == 512
assert resource.getrlimit(resource.RLIMIT_NOFILE) == (512, 512)
"""
    subprocess.run([sys.executable, "-I", "-c", program], env=ENVIRONMENT, check=True)
