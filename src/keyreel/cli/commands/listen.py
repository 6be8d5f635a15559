"""`keyreel listen`: a receiver on this machine that checks every callback, shows it and passes it on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from keyreel.cli.callbacks import get_secret
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
MAX_BODY_BYTES = 64 * 1024 * 1024
MAX_PRINTED_CHARACTERS = 2000
HOP_BY_HOP = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class ReceiverSettings:
    """What deliveries are checked against, and where they go on to; empty where there is none."""

    secret: str
    key: str
    forward_to: str


def run(data: Path | None, *, forward_to: str, port: int, tenant: str, api_key: str) -> None:
    """Receive until Ctrl-C.

    Raises:
        InvalidSetting: the port is taken.
    """
    key = api_key or _read_configured_key(data) or DataFolder.from_option(data).read_own_key()
    listener = open_receiver(ReceiverSettings(get_secret(data, tenant), key, forward_to), port)
    address = f"http://127.0.0.1:{listener.server_port}"
    forwarding = f"Everything goes on to {forward_to}.\n" if forward_to else ""
    print(WELCOME.format(address=address, forwarding=forwarding), flush=True)
    with listener:
        try:
            listener.serve_forever()
        except KeyboardInterrupt:
            print()


def open_receiver(expected: ReceiverSettings, port: int) -> WebhookReceiver:
    """Open a receiver; 0 for any free port.

    Raises:
        InvalidSetting: the port is taken.
    """
    try:
        return WebhookReceiver(expected, port)
    except OSError as error:
        raise InvalidSetting(
            f"Cannot listen on port {port}: {error.strerror}. Choose another with --port."
        ) from None


class WebhookReceiver(ThreadingHTTPServer):
    """The receiver."""

    daemon_threads = True

    def __init__(self, expected: ReceiverSettings, port: int) -> None:
        super().__init__(("127.0.0.1", port), _WebhookHandler)
        self.receiver_settings = expected


class _WebhookHandler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self.send_error(413)
            return
        body = self.rfile.read(length)
        expected, headers = cast("WebhookReceiver", self.server).receiver_settings, dict(self.headers.items())
        url = f"http://{self.headers.get('Host', '')}{self.path}"
        verdict = check_signatures(expected, url, headers, body)
        status = (
            _forward_delivery(expected.forward_to, self.path, headers, body) if expected.forward_to else 200
        )
        print(_format_delivery(headers, body, verdict, status), flush=True)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Leave the showing to `do_POST`."""


def check_signatures(
    expected: ReceiverSettings, url: str, headers: dict[str, str], body: bytes
) -> dict[str, bool | None]:
    """Say of each signature whether it is good; None where it is not there."""
    from standardwebhooks import Webhook, WebhookVerificationError

    from keyreel.wire.dialects.webhooks import has_native_signature

    names = {name.lower() for name in headers}
    standard: bool | None = None
    if "webhook-signature" in names:
        try:
            Webhook(expected.secret).verify(body, headers, json_parse=False)
            standard = True
        except (WebhookVerificationError, ValueError):
            standard = False
    native = has_native_signature(expected.key, url, headers) if "x-hmac-signature" in names else None
    return {"Standard Webhooks": standard, "native": native}


def _format_delivery(
    headers: dict[str, str], body: bytes, verdict: dict[str, bool | None], status: int
) -> str:
    words = {True: "good", False: "WRONG", None: "none"}
    given = {name.lower(): value for name, value in headers.items()}
    checked = ", ".join(f"{name} {words[good]}" for name, good in verdict.items())
    moment = datetime.now().astimezone().strftime("%H:%M:%S")
    try:
        shown = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        shown = body.decode(errors="replace")
    cut = shown if len(shown) <= MAX_PRINTED_CHARACTERS else f"{shown[:MAX_PRINTED_CHARACTERS]}\n…"
    return (
        f"{moment}  {given.get('webhook-id', '(no id)')}  signatures: {checked}  answered {status}\n{cut}\n"
    )


def _forward_delivery(target: str, path: str, headers: dict[str, str], body: bytes) -> int:
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


def _read_configured_key(data: Path | None) -> str:
    from keyreel.settings import read_settings

    return read_settings(data=data).api_key.get_secret_value()
