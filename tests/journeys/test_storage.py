"""What uploads and refused requests leave in a data folder: with real servers, connections and disks."""

from __future__ import annotations

import socket
import subprocess
import sys
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from support.requests import data_uri
from support.servers import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROUNDS = 20
FILES = [b64decode(data_uri(shade=shade).partition(",")[2]) for shade in (10, 20, 30, 40)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("storage")
    started = Server.start(data, KEYREEL_WORKER="0", KEYREEL_STORAGE_QUOTA="1MiB")
    yield started
    started.stop()


def grant(server: Server) -> dict[str, str]:
    answer = server.call("POST", "/customers/storage", json={"file_name": "a.png"})
    links: dict[str, str] = answer.json()
    return links


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=30, trust_env=False) as opened:
        yield opened


def stored(server: Server) -> set[Path]:
    return {path for path in (server.data / "files").rglob("*") if path.is_file()}


def counted(server: Server) -> int:
    size: int = server.call("GET", "/v1/user/balance").json()["stored_bytes"]
    return size


def test_of_files_put_at_one_address_at_once_one_stays_and_its_client_alone_was_told(
    server: Server, client: httpx.Client
) -> None:
    def put(data: bytes) -> int:
        return client.put(links["upload_url"], content=data).status_code

    before = stored(server)
    with ThreadPoolExecutor(len(FILES)) as pool:
        for _ in range(ROUNDS):
            links = grant(server)
            statuses = list(pool.map(put, FILES))
            assert sorted(statuses) == [200, 409, 409, 409]
            kept = client.get(links["download_url"]).content
            assert kept == FILES[statuses.index(200)]
            assert list(pool.map(put, [kept] * 4)) == [200] * 4
    assert len(stored(server) - before) == ROUNDS
    assert counted(server) == sum(path.stat().st_size for path in stored(server))


def test_an_upload_that_is_cut_off_leaves_nothing(server: Server, client: httpx.Client) -> None:
    links, before = grant(server), stored(server)
    url = urlsplit(links["upload_url"])
    for _ in range(5):
        with socket.create_connection((url.hostname, url.port or 80)) as connection:
            head = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n"
            connection.sendall(head.encode() + FILES[0] + bytes(100_000))
    assert client.put(links["upload_url"], content=FILES[1]).status_code == 200
    assert [path.read_bytes() for path in stored(server) - before] == [FILES[1]]


def test_what_is_too_much_by_its_announced_length_is_refused_before_it_is_sent(server: Server) -> None:
    url, before = urlsplit(grant(server)["upload_url"]), stored(server)
    with socket.create_connection((url.hostname, url.port or 80)) as connection:
        head = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: x\r\nContent-Length: {2 << 20}\r\n\r\n"
        connection.sendall(head.encode())
        assert b" 429 " in connection.recv(64)
    assert stored(server) == before


def test_questions_store_nothing(server: Server) -> None:
    def measure() -> dict[str, int]:
        names = {"keyreel.db", "keyreel.db-wal", "keyreel.db-shm", "up.log"}
        found = (path for path in server.data.rglob("*") if path.is_file() and path.name not in names)
        return {str(path): path.stat().st_size for path in found}

    before, counted_before = measure(), counted(server)
    body = {"images": [data_uri(shade=50)], "prompt": "x", "duration": 4}
    for _ in range(3):
        for path in ("/v1/validate/q2-pro-img2video", "/v1/quote?model=vidu-q2-pro-img2video"):
            assert server.call("POST", path, json=body).status_code == 200
        assert server.call("POST", "/v1/verify", content=FILES[0]).status_code == 400
    assert measure() == before
    assert counted(server) == counted_before


def test_a_killed_server_knows_its_count_again(server: Server, client: httpx.Client) -> None:
    assert client.put(grant(server)["upload_url"], content=FILES[0]).status_code == 200
    before = counted(server)
    server.kill()
    restarted = Server.start(server.data, KEYREEL_WORKER="0")
    try:
        assert counted(restarted) == before == sum(path.stat().st_size for path in stored(restarted))
    finally:
        restarted.stop()


SMALL_DISK = """
import pathlib, shutil, sys, time
from starlette.testclient import TestClient
from keyreel.cli.local.composition import open_platform
from keyreel.server.app import create_app
from keyreel.settings import read_settings
from support.requests import AUTH, KEY
from support.submits import PARAMS, SUBMITS

data = pathlib.Path(sys.argv[1])
settings = read_settings(data=data, api_key=KEY, engines=("keyreel.testing:CardEngine",), worker=False)
with open_platform(settings, ("http://testserver",)) as platform:
    with TestClient(create_app(platform.services), headers=AUTH) as client:
        def has_room(expected):
            end = time.monotonic() + 5
            while True:
                ready = client.get("/health/ready")
                found = ready.json()["checks"]["disk_room"]["ok"]
                if found == expected or time.monotonic() > end:
                    return found, int(ready.status_code)
        def ask():
            path, body = SUBMITS["async_v3"]
            submitted = client.post(path, json=body)
            put = client.put(url, content=b"")
            return submitted.status_code, put.status_code, "retry-after" in submitted.headers
        url = client.post("/customers/storage", json={"file_name": "a"}).json()["upload_url"]
        print(ask(), has_room(True))
        disk = shutil.disk_usage(data)
        filler = data / "filler"
        filler.write_bytes(bytes(disk.free - disk.total // 25))
        print(ask(), has_room(False))
        claim = platform.services.store.queue.claim("worker", 30)
        print(claim.task.state, client.get("/v1/user/balance").status_code)
        filler.unlink()
        print(ask(), has_room(True))
"""


def test_the_disks_reserve_is_for_what_was_accepted(tmp_path: Path) -> None:
    mounted = 'mount -t tmpfs -o size=32m,mode=0700 none "$1" && exec "$2" -c "$3" "$1"'
    ran = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounted, "sh", str(tmp_path),
         sys.executable, SMALL_DISK],
        capture_output=True, text=True, check=False, timeout=60, env={"PYTHONPATH": "tests"},
    )  # fmt: skip
    if "Operation not permitted" in ran.stderr or "permission denied" in ran.stderr.lower():
        pytest.skip("this machine lets nobody mount a small disk")
    expected = [
        "(200, 400, False) (True, 200)",
        "(503, 503, True) (False, 503)",
        "running 200",
        "(200, 400, False) (True, 200)",
    ]
    told = [line for line in ran.stdout.splitlines() if " request " not in line]  # but for the log
    assert told == expected, ran.stderr
