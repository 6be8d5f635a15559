"""A task followed at a terminal, and what Ctrl-C leaves of it; the server has no worker, so tasks wait."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from support.commands import CARDS, inherit_environment, keyreel
from support.servers import KEY, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server.start(tmp_path_factory.mktemp("idle"), KEYREEL_WORKER="0", **CARDS)
    yield running
    assert running.stop() == 0


@dataclass
class Terminal:
    """A command at a terminal of its own."""

    process: subprocess.Popen[bytes]
    master: int
    seen: str = ""

    @classmethod
    def run(cls, *arguments: object) -> Terminal:
        master, slave = pty.openpty()
        # Whoever starts tests in the background has them ignore interrupts, which is inherited.
        command = ["env", "--default-signal=INT", sys.executable, "-m", "keyreel", *map(str, arguments)]
        environment = inherit_environment() | {"TERM": "xterm", "NO_COLOR": "1"}
        process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        return cls(process, master)

    def read_until(self, pattern: str) -> str:
        """Return what the pattern finds in what is printed; a process that ends ends the reading."""
        while not (found := re.search(pattern, self.seen)):
            readable, _, _ = select.select([self.master], [], [], 60)
            assert readable, f"{pattern!r} is not in what was printed: {self.seen!r}"
            self.seen += os.read(self.master, 4096).decode(errors="replace")
        return found[1] if found.groups() else found[0]

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def answer(self, text: str) -> int:
        os.write(self.master, text.encode())
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(60)
        try:
            while more := os.read(self.master, 4096):
                self.seen += more.decode(errors="replace")
        except OSError:  # Linux's word for the end of a terminal
            pass
        os.close(self.master)
        return code


def follow(server: Server, folder: Path) -> tuple[Terminal, str]:
    terminal = Terminal.run(
        *("generate", "vidu-q2-text2video", "--prompt", "x", "--duration", 1, "-o", folder / "a.mp4"),
        *("--base-url", server.url, "--api-key", KEY),
    )
    task_id = terminal.read_until(r"Task (\d+) submitted")
    terminal.read_until("queued")
    return terminal, task_id


def state_of(server: Server, task_id: str) -> str:
    shown = keyreel("tasks", "show", task_id, "--base-url", server.url, "--api-key", KEY, "--json")
    return str(json.loads(shown.stdout)["state"])


@pytest.mark.parametrize(("answer", "state"), [("y\n", "cancelled"), ("n\n", "queued"), ("\n", "queued")])
def test_ctrl_c_asks_what_becomes_of_the_task(
    server: Server, tmp_path: Path, answer: str, state: str
) -> None:
    terminal, task_id = follow(server, tmp_path)
    terminal.interrupt()
    terminal.read_until(rf"Cancel task {task_id}\? \[y/N\]")
    assert terminal.answer(answer) == 130
    assert state_of(server, task_id) == state
    assert (f"keyreel tasks wait {task_id}" in terminal.seen) == (state == "queued")
    assert "Traceback" not in terminal.seen


def test_a_second_ctrl_c_leaves_the_task(server: Server, tmp_path: Path) -> None:
    terminal, task_id = follow(server, tmp_path)
    terminal.interrupt()
    terminal.read_until("Cancel task")
    terminal.interrupt()
    assert terminal.wait() == 130
    assert state_of(server, task_id) == "queued"
    assert "Traceback" not in terminal.seen


def test_the_progress_of_a_waiting_task_moves(server: Server, tmp_path: Path) -> None:
    terminal, _ = follow(server, tmp_path)
    terminal.read_until("queued.* 1 s")
    terminal.interrupt()
    terminal.read_until("Cancel task")
    assert terminal.answer("y\n") == 130
    assert "\x1b[3" not in terminal.seen, "NO_COLOR"


def test_a_timeout_leaves_the_task_and_says_how_to_wait_on(server: Server, tmp_path: Path) -> None:
    remote = ("--base-url", server.url, "--api-key", KEY)
    done = keyreel(
        *("generate", "vidu-q2-text2video", "--prompt", "x", "--timeout", 0, "-o", tmp_path / "a"), *remote
    )
    assert (done.returncode, done.stdout) == (1, "")
    task_id = done.stderr.split()[1]
    assert f"The task continues. To wait for it: keyreel tasks wait {task_id}\n" in done.stderr
    waited = keyreel("tasks", "wait", task_id, "--timeout", 0, *remote)
    assert waited.returncode == 1
    early = keyreel("tasks", "download", task_id, "-o", tmp_path / "b.mp4", *remote)
    assert early.stderr.endswith(f"Task {task_id} is queued. To wait for it: keyreel tasks wait {task_id}\n")
    assert state_of(server, task_id) == "queued"


def test_an_error_has_no_colour_where_none_is_wanted(tmp_path: Path) -> None:
    terminal = Terminal.run("models", "--base-url", "http://127.0.0.1:9", "--data", tmp_path)
    assert terminal.wait() == 1
    assert terminal.seen.startswith("keyreel: There is no server at http://127.0.0.1:9")
    assert "\x1b" not in terminal.seen
