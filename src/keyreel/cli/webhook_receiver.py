"""A receiver of webhooks on this machine: checks their signatures, prints them and passes them on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, cast
from urllib.parse import urlsplit

from keyreel.errors import InvalidSetting

MAX_BODY_BYTES: Final = 64 * 1024 * 1024
MAX_PRINTED_CHARACTERS: Final = 2000
FORWARD_TIMEOUT_SECONDS: Final = 30
HOP_BY_HOP_HEADERS: Final = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "transfer-encoding"}
)
"""Headers that hold for one connection alone (RFC 9110, section 7.6.1), or that the next client sets."""


@dataclass(frozen=True, slots=True)
class ReceiverSettings:
    """What signatures are checked with, and where deliveries go on to; empty where there is none."""

    secret: str
    key: str
    forward_to: str


def open_receiver(settings: ReceiverSettings, port: int) -> WebhookReceiver:
    """Open a receiver; 0 for any free port.

    Raises:
        InvalidSetting: the port is taken.
    """
    try:
        return WebhookReceiver(settings, port)
    except OSError as error:
        raise InvalidSetting(
            f"Cannot listen on port {port}: {error.strerror}. Choose another with --port."
        ) from None


class WebhookReceiver(ThreadingHTTPServer):
    """Listens on the loopback interface and answers each delivery in a thread of its own."""

    daemon_threads = True

    def __init__(self, settings: ReceiverSettings, port: int) -> None:
        super().__init__(("127.0.0.1", port), _WebhookHandler)
        self.settings = settings


class _WebhookHandler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(length)
        settings, headers = cast("WebhookReceiver", self.server).settings, dict(self.headers.items())
        url = f"http://{self.headers.get('Host', '')}{self.path}"
        verdicts = check_signatures(settings, url, headers, body)
        status: int = HTTPStatus.OK
        if settings.forward_to:
            status = _forward_delivery(settings.forward_to, self.path, headers, body)
        print(_format_delivery(headers, body, verdicts, status), flush=True)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Print nothing: `do_POST` does."""


def check_signatures(
    settings: ReceiverSettings, url: str, headers: dict[str, str], body: bytes
) -> dict[str, bool | None]:
    """Return for each kind of signature whether it is good; None where there is none."""
    from standardwebhooks import Webhook, WebhookVerificationError

    from keyreel.wire.dialects.webhooks import has_native_signature

    names = {name.lower() for name in headers}
    standard: bool | None = None
    if "webhook-signature" in names:
        try:
            Webhook(settings.secret).verify(body, headers, json_parse=False)
            standard = True
        except (WebhookVerificationError, ValueError):
            standard = False
    native = has_native_signature(settings.key, url, headers) if "x-hmac-signature" in names else None
    return {"Standard Webhooks": standard, "native": native}


def _format_delivery(
    headers: dict[str, str], body: bytes, verdicts: dict[str, bool | None], status: int
) -> str:
    words = {True: "good", False: "WRONG", None: "none"}
    given = {name.lower(): value for name, value in headers.items()}
    checked = ", ".join(f"{name} {words[good]}" for name, good in verdicts.items())
    moment = datetime.now().astimezone().strftime("%H:%M:%S")
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        text = body.decode(errors="replace")
    cut = text if len(text) <= MAX_PRINTED_CHARACTERS else f"{text[:MAX_PRINTED_CHARACTERS]}\n…"
    return (
        f"{moment}  {given.get('webhook-id', '(no id)')}  signatures: {checked}  answered {status}\n{cut}\n"
    )


def _forward_delivery(target: str, path: str, headers: dict[str, str], body: bytes) -> int:
    """Pass a delivery on as it came, and return the status of the response; 502 where there is none."""
    import httpx

    extra = path if path != "/" and urlsplit(target).path in {"", "/"} else ""
    kept = {name: value for name, value in headers.items() if name.lower() not in HOP_BY_HOP_HEADERS}
    try:
        return httpx.post(
            target.rstrip("/") + extra if extra else target,
            content=body,
            headers=kept,
            trust_env=False,
            timeout=FORWARD_TIMEOUT_SECONDS,
        ).status_code
    except httpx.HTTPError as error:
        print(f"{target}: {error}", flush=True)
        return HTTPStatus.BAD_GATEWAY
