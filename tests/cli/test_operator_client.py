"""An operator's commands go to the server that is named, and to no other with its folder's token."""

from __future__ import annotations

import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from keyreel.cli.app import app
from keyreel.cli.operator_client import OperatorOptions, connect, connect_for_reading, connect_to_server
from keyreel.errors import MissingKey, RemoteError
from support.commands import CARDS, keyreel
from support.servers import Server
from support.submits import PARAMS, SUBMITS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"KEYREEL_WORKER": "0", "KEYREEL_DEV": "1", **CARDS}
    running = Server.start(tmp_path_factory.mktemp("keyreel"), **settings)
    yield running
    assert running.stop() == 0


@pytest.fixture
def remote(server: Server, tmp_path: Path) -> tuple[str, ...]:
    """Return the options of somebody who has the server's URL and token, and a data folder elsewhere."""
    token = (server.data / "admin.token").read_text().strip()
    return ("--base-url", server.url, "--admin-token", token, "--data", str(tmp_path / "elsewhere"))


@pytest.fixture
def page(tmp_path: Path) -> Iterator[OperatorOptions]:
    """Serve a web page that is no Keyreel server."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>Hello</html>")

        def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 - http.server's name

    with HTTPServer(("127.0.0.1", 0), Handler) as listener:
        Thread(target=listener.serve_forever, daemon=True).start()
        yield OperatorOptions(tmp_path, f"http://127.0.0.1:{listener.server_port}", "token")
        listener.shutdown()


def printed(*arguments: str) -> Any:
    done = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_every_operator_command_works_with_a_base_url(
    server: Server, remote: tuple[str, ...], tmp_path: Path
) -> None:
    path = SUBMITS["async_v3"][0]
    printed("tenants", "create", "studio", *remote)
    assert printed("tenants", "limit", "studio", "--running", "4", *remote)["running"] == 4
    assert printed("tenants", "grant", "studio", "500", *remote)["credits"] == 500
    key = printed("keys", "create", "--tenant", "studio", *remote)
    assert printed("keys", "limit", key["id"], "--rpm", "9", *remote)["rpm"] == 9
    mine = {"Authorization": f"Bearer {key['key']}"}
    task_id = server.call("POST", path, json=PARAMS, headers=mine).json()["task_id"]
    assert [task["id"] for task in printed("tasks", *remote)] == [task_id]
    assert [task["task_id"] for task in printed("usage", "--tenant", "studio", *remote)["tasks"]] == [task_id]
    assert printed("ledger", "verify", *remote)["ok"]
    export = CliRunner().invoke(app, ["ledger", "export", "--json", *remote])
    assert {json.loads(line)["kind"] for line in export.stdout.splitlines()} == {"grant", "hold"}
    assert printed("callbacks", "list", *remote) == []
    assert printed("callbacks", "secret", *remote)["secret"].startswith("whsec_")
    assert printed("keys", "revoke", key["id"], *remote)["revoked"]
    assert "studio" in {tenant["name"] for tenant in printed("tenants", "list", *remote)}
    assert [each["id"] for each in printed("keys", "list", *remote)] == [key["id"]]
    assert printed("clock", "advance", "1h", *remote)["ahead_seconds"] == 3600
    assert printed("clock", "now", *remote)["dev"]
    assert not (tmp_path / "elsewhere").exists()


def test_url_and_token_come_from_the_environment_too(server: Server, tmp_path: Path) -> None:
    token = (server.data / "admin.token").read_text().strip()
    beside = keyreel("tenants", "list", "--json", "--data", server.data).stdout
    variables = {"KEYREEL_BASE_URL": server.url, "KEYREEL_ADMIN_TOKEN": token}
    assert keyreel("tenants", "list", "--json", "--data", tmp_path, **variables).stdout == beside


def test_a_server_on_this_machine_is_sent_its_folders_token(server: Server) -> None:
    assert printed("keys", "list", "--base-url", f"{server.url}/", "--data", str(server.data)) is not None


def test_a_folders_token_is_sent_to_no_other_machine(server: Server) -> None:
    for connection in (connect, connect_for_reading, connect_to_server):
        with (
            pytest.raises(MissingKey, match="--admin-token"),
            connection(OperatorOptions(server.data, "https://keyreel.example")),
        ):
            pass


def test_a_wrong_token_is_refused_in_one_sentence(server: Server, tmp_path: Path) -> None:
    done = keyreel("keys", "list", "--base-url", server.url, "--admin-token", "guess", "--data", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("keyreel: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "127.0.0.1", "http://[", "ftp://127.0.0.1"])
def test_a_server_that_is_not_there_is_named(tmp_path: Path, url: str) -> None:
    with (
        pytest.raises(RemoteError, match=r"(does not respond|There is no server)") as raised,
        connect(OperatorOptions(tmp_path, url, "token")) as server,
    ):
        server.request("GET", "/v1/admin/keys")
    assert url in raised.value.message


def test_what_is_no_keyreel_server_is_named(page: OperatorOptions) -> None:
    with pytest.raises(RemoteError, match="is not a Keyreel server"), connect(page) as server:
        server.request("GET", "/v1/admin/keys")


def test_the_application_here_needs_no_setting_but_the_databases(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text("wrong")
    made = keyreel(
        "keys", "create", "--tenant", "default", "--data", tmp_path, KEYREEL_ENGINES="no-such-engine"
    )
    assert made.returncode == 0, made.stderr


def test_reading_without_a_server_makes_no_secret(tmp_path: Path) -> None:
    assert keyreel("tenants", "create", "studio", "--data", tmp_path).returncode == 0
    (tmp_path / "callbacks.key").unlink()
    assert keyreel("ledger", "verify", "--data", tmp_path).returncode == 0
    assert not (tmp_path / "callbacks.key").exists()


KEYS_CREATE = (sys.executable, "-m", "keyreel", "keys", "create", "--new-tenant")


def test_two_commands_at_once_on_a_new_folder_both_succeed(tmp_path: Path) -> None:
    commands = [
        subprocess.Popen(
            [*KEYS_CREATE, "--tenant", name, "--data", str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in ("acme", "studio")
    ]
    for command in commands:
        printed, _ = command.communicate(timeout=60)
        assert command.returncode == 0, printed
        assert printed.startswith("kr_")
