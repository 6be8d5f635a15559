"""Where the pages' blocks run: a home of its own, one running server, and what the pages take for granted."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from blocks import ROOT, SHELL, Block
from support.commands import CARDS
from support.servers import KEY, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

SET_UP = Path(__file__).parent / "set_up"
_PICTURES = ROOT / "examples" / "pictures"
_SERVERS = (
    "http://127.0.0.1:8787",
    "http://localhost:8787",
    "http://your-host:8787",
    "https://keyreel.example",
    "https://host.example",
    "https://video.example",
)
"""Addresses by which the pages call the reader's own server."""
_PICTURE_HOSTS = ("https://example.org/", "https://example.com/", "https://…/")
_SECONDS = 280
"""For one page; alone none takes 20."""

_SHELL = """\
set -eo pipefail
trap 'echo "FAILED: $BLOCK" >&2' ERR
curl() { command curl --fail-with-body --silent --show-error "$@"; }
"""
_KEYREEL = """\
#!/bin/bash
# `keyreel up` returns once the server is ready, and the page's end ends it; every other command is as it is.
[ "$1" = up ] || exec "{program}" "$@"
shift
data=$(mktemp -d) && given=(--data "$data")
for word; do [ "${{previous:-}}" = --data ] && data=$word && given=(); previous=$word; done
unset KEYREEL_BASE_URL KEYREEL_DATA
export KEYREEL_PRELOAD=0  # nothing is rendered there
"{program}" up --port 0 "${{given[@]}}" "$@" >"$SANDBOX/up.log" 2>&1 &
echo $! >>"$SANDBOX/started"
until [ -e "$data/server.json" ]; do
  kill -0 $! 2>/dev/null || {{ cat "$SANDBOX/up.log" >&2; wait $!; exit $?; }}
  read -rt 0.05 <>"$SANDBOX/never" || :
done
url=$(sed 's/.*"url": *"\\([^"]*\\)".*/\\1/' "$data/server.json")
curl --silent --output /dev/null "$url/health/ready"
"""


class _Pictures(BaseHTTPRequestHandler):
    """Answers every path with a picture, and takes every webhook."""

    def do_GET(self) -> None:
        body = (_PICTURES / "lighthouse.jpg").read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Sandbox:
    """A running server with what the commands of the pages name: tasks, a key, a webhook."""

    server: Server
    pictures: str
    folder: Path
    names: dict[str, str]

    def adapt(self, text: str) -> str:
        """Put what exists here in the place of the pages' examples."""
        for each in _SERVERS:
            text = text.replace(each, self.server.url)
        for each in _PICTURE_HOSTS:
            text = text.replace(each, self.pictures)
        for name, value in self.names.items():
            text = text.replace(name, value)
        return text

    def run_page(self, blocks: list[Block]) -> subprocess.CompletedProcess[str]:
        """Run a page's shell and Python blocks in one shell, in their order, until one fails."""
        page = blocks[0].page
        home = self.folder / page.replace("/", "-").removesuffix(".md")
        shutil.copytree(ROOT / "examples", home / "examples")
        (home / ".venv").mkdir()
        (home / ".venv" / "bin").symlink_to(self.folder / "bin")
        for name in ("cat.jpg", "lighthouse.jpg"):
            shutil.copy(_PICTURES / name, home)
        for name in ("cat.png", "fox.png", "a.png", "dawn.png"):
            _write_png(home / name)
        shutil.copy(self.folder / "video.mp4", home)
        os.mkfifo(home / "never")
        script = home / "page.sh"
        script.write_text(_SHELL + "".join(self._write_step(block, home) for block in blocks))
        set_up = SET_UP / f"{page.replace('/', '-').removesuffix('.md')}.sh"
        if set_up.exists():
            script.write_text(_SHELL + self.adapt(set_up.read_text()) + script.read_text())
        try:
            return subprocess.run(
                ["bash", script],
                cwd=home,
                env=self._environment(home),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        finally:
            _end_started(home)

    def _environment(self, home: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KEYREEL_")}
        return kept | {
            "HOME": str(home),
            "SANDBOX": str(home),
            "PATH": f"{self.folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "KEYREEL_BASE_URL": self.server.url,
            "KEYREEL_API_KEY": KEY,
            "KEYREEL_ADMIN_TOKEN": self.names["KEYREEL_ADMIN_TOKEN=…"].partition("=")[2],
            "KEYREEL_DATA": str(self.server.data),
            "KEY": KEY,
            "NO_COLOR": "1",
        }

    def _write_step(self, block: Block, home: Path) -> str:
        text = self.adapt(block.text)
        if block.language == "python":
            file = home / f"block-{block.line}.py"
            before = SET_UP / f"{block.page.replace('/', '-').removesuffix('.md')}.py"
            file.write_text((self.adapt(before.read_text()) if before.exists() else "") + text)
            text = f"python -W error {file}\n"
        elif block.language == "console":
            text = "".join(_read_commands(text))
        assert block.language in SHELL | {"python"}
        text = text.replace("keyreel up &", "keyreel up").replace(" &\n", "\n")
        if block.exit_status:
            text = f"(set +e; {text.rstrip()}\n[ $? = {block.exit_status} ])\n"
        return f"BLOCK={block.place}\n{text}"


@contextmanager
def open_sandbox(folder: Path) -> Iterator[Sandbox]:
    """Start the server, and make what the pages' commands name."""
    pictures = ThreadingHTTPServer(("127.0.0.1", 0), _Pictures)
    Thread(target=pictures.serve_forever, daemon=True).start()
    server = Server.start(
        folder / "server",
        KEYREEL_EGRESS_ALLOW="127.0.0.0/8",
        KEYREEL_EGRESS_PORTS=str(pictures.server_port),
        KEYREEL_DEV="1",
        **CARDS,
    )
    try:
        _write_programs(folder / "bin")
        other = f"http://127.0.0.1:{pictures.server_port}/"
        yield Sandbox(server, other, folder, _make_examples(server, folder, other))
    finally:
        server.stop()
        pictures.shutdown()
        pictures.server_close()


def _write_programs(folder: Path) -> None:
    """Write what stands in for an installation: the command, and a `make setup` that has been done."""
    folder.mkdir()
    for name, text in {
        "keyreel": _KEYREEL.format(program=Path(sys.executable).parent / "keyreel"),
        "make": '#!/bin/sh\n[ "$*" = setup ]\n',
        "activate": "",
    }.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)


def _make_examples(server: Server, folder: Path, receiver: str) -> dict[str, str]:
    """Make a finished task with its video, a held one and a key; return the pages' names for them."""
    body = {"images": [_read_data_uri()], "prompt": "It wakes up.", "duration": 4, "resolution": "540p"}
    task = server.submit("vidu-q2-pro-img2video", body | {"extra": {"webhook": {"url": receiver}}})
    held = server.call(
        "POST", "/v3/async/vidu-q2-pro-img2video", json=body, headers=_key() | {"X-Draft": "true"}
    )
    token = (server.data / "admin.token").read_text().strip()
    server.download(server.finished(task)["videos"][0]["video_url"], folder / "video.mp4")
    return {
        "KEY=…": f"KEY={KEY}",
        "Bearer KEY": f"Bearer {KEY}",
        "Token KEY": f"Token {KEY}",
        '"KEY"': f'"{KEY}"',
        '"the key"': f'"{KEY}"',
        '"key"': f'"{KEY}"',
        "KEYREEL_ADMIN_TOKEN=…": f"KEYREEL_ADMIN_TOKEN={token}",
        "934286913118208": held.json()["task_id"],
        "1234567890": task,
        "7301444403220774912": task,
        "task_id=…": f"task_id={task}",
        " KEY_ID": " $KEY_ID",  # which the page's set-up makes
        "/TASK/": f"/{task}/",
        "/backups": f"{folder}/backups",
        "/var/lib/keyreel": f"{folder}/lib",
        "/tmp/kr": f"{folder}/kr",  # noqa: S108 - as the page has it
    }


def _key() -> dict[str, str]:
    return {"Authorization": f"Bearer {KEY}"}


def _read_data_uri() -> str:
    import base64

    return f"data:image/jpeg;base64,{base64.b64encode((_PICTURES / 'cat.jpg').read_bytes()).decode()}"


def _write_png(file: Path) -> None:
    from PIL import Image

    with Image.open(_PICTURES / "cat.jpg") as picture:
        picture.resize((640, 360)).save(file)


def _read_commands(text: str) -> Iterator[str]:
    """Yield the commands of a console block, which stand after `$ ` and go on after a backslash."""
    goes_on = False
    for line in text.splitlines():
        if line.startswith("$ ") or goes_on:
            yield line.removeprefix("$ ") + "\n"
            goes_on = line.endswith("\\")


def _end_started(home: Path) -> None:
    """End the servers that a page's commands started."""
    started = home / "started"
    for pid in started.read_text().split() if started.exists() else ():
        try:
            os.kill(int(pid), signal.SIGTERM)
        except ProcessLookupError:
            continue
