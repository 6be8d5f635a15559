"""`keyreel listen`: a receiver on this machine that checks every callback, shows it and passes it on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from keyreel.cli.callbacks import secret_of
from keyreel.cli.local.data_folder import DataFolder
from keyreel.errors import InvalidSetting

if TYPE_CHECKING:
    from pathlib import Path

WELCOME = """
  Listening at {address}

  Submit with      "callback_url": "{address}/"
  or               "extra": {{"webhook": {{"url": "{address}/"}}}}
  try it out with  "extra": {{"webhook": {{"url": "{address}/", "test_mode": {{"enabled": true}}}}}}

  The server must be allowed to reach this machine: start it with
  KEYREEL_EGRESS_ALLOW=127.0.0.0/8 keyreel up
  {forwarding}
  Ctrl-C ends it.
"""
LONGEST_BODY = 64 * 1024 * 1024
SHOWN = 2000
HOP_BY_HOP = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Expected:
    """What deliveries are checked against, and where they go on to; empty where there is none."""

    secret: str
    key: str
    forward_to: str


def run(data: Path | None, *, forward_to: str, port: int, tenant: str, api_key: str) -> None:
    """Receive until Ctrl-C.

    Raises:
        InvalidSetting: the port is taken.
    """
    key = api_key or _configured_key(data) or DataFolder.at(data).own_key()
    listener = open_listener(Expected(secret_of(data, tenant), key, forward_to), port)
    address = f"http://127.0.0.1:{listener.server_port}"
    forwarding = f"Everything goes on to {forward_to}.\n" if forward_to else ""
    print(WELCOME.format(address=address, forwarding=forwarding), flush=True)
    with listener:
        try:
            listener.serve_forever()
        except KeyboardInterrupt:
            print()


def open_listener(expected: Expected, port: int) -> Listener:
    """Open a receiver; 0 for any free port.

    Raises:
        InvalidSetting: the port is taken.
    """
    try:
        return Listener(expected, port)
    except OSError as error:
        raise InvalidSetting(
            f"Cannot listen on port {port}: {error.strerror}. Choose another with --port."
        ) from None


class Listener(ThreadingHTTPServer):
    """The receiver."""

    daemon_threads = True

    def __init__(self, expected: Expected, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.expected = expected


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LONGEST_BODY:
            self.send_error(413)
            return
        body = self.rfile.read(length)
        expected, headers = cast("Listener", self.server).expected, dict(self.headers.items())
        url = f"http://{self.headers.get('Host', '')}{self.path}"
        verdict = verdicts(expected, url, headers, body)
        status = _forwarded(expected.forward_to, self.path, headers, body) if expected.forward_to else 200
        print(_described(headers, body, verdict, status), flush=True)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Leave the showing to `do_POST`."""


def verdicts(expected: Expected, url: str, headers: dict[str, str], body: bytes) -> dict[str, bool | None]:
    """Say of each signature whether it is good; None where it is not there."""
    from standardwebhooks import Webhook, WebhookVerificationError

    from keyreel.wire.dialects.webhooks import is_signed_with

    names = {name.lower() for name in headers}
    standard: bool | None = None
    if "webhook-signature" in names:
        try:
            Webhook(expected.secret).verify(body, headers, json_parse=False)
            standard = True
        except (WebhookVerificationError, ValueError):
            standard = False
    native = is_signed_with(expected.key, url, headers) if "x-hmac-signature" in names else None
    return {"Standard Webhooks": standard, "native": native}


def _described(headers: dict[str, str], body: bytes, verdict: dict[str, bool | None], status: int) -> str:
    words = {True: "good", False: "WRONG", None: "none"}
    given = {name.lower(): value for name, value in headers.items()}
    checked = ", ".join(f"{name} {words[good]}" for name, good in verdict.items())
    moment = datetime.now().astimezone().strftime("%H:%M:%S")
    try:
        shown = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        shown = body.decode(errors="replace")
    cut = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}\n…"
    return (
        f"{moment}  {given.get('webhook-id', '(no id)')}  signatures: {checked}  answered {status}\n{cut}\n"
    )


def _forwarded(target: str, path: str, headers: dict[str, str], body: bytes) -> int:
    """Pass a delivery on as it came, and return what became of it there."""
    import httpx

    extra = path if path != "/" and urlsplit(target).path in {"", "/"} else ""
    kept = {name: value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}
    try:
        return httpx.post(
            target.rstrip("/") + extra if extra else target,
            content=body,
            headers=kept,
            trust_env=False,
            timeout=30,
        ).status_code
    except httpx.HTTPError as error:
        print(f"{target}: {error}", flush=True)
        return 502


def _configured_key(data: Path | None) -> str:
    from keyreel.settings import read_settings

    return read_settings(data=data).api_key.get_secret_value()
