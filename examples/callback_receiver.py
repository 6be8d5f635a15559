"""A receiver of callbacks: checks every delivery's signature, and handles each event once.

    KEYREEL_WEBHOOK_SECRET=$(keyreel callbacks secret) python examples/callback_receiver.py 8900

Name http://127.0.0.1:8900/ as `callback_url`; the server must be allowed to reach it, as by
`KEYREEL_EGRESS_ALLOW=127.0.0.0/8 keyreel up`.
"""

from __future__ import annotations

import os
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

LARGEST_BODY = 16 * 1024 * 1024


class Receiver(ThreadingHTTPServer):
    """Keeps the ids of events that it has handled; a real one keeps them in its database."""

    def __init__(self, port: int, secret: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.webhook = Webhook(secret)
        self.handled: set[str] = set()

    def handle(self, event_id: str, event: object) -> None:
        """Do what there is to do for an event, once."""
        if event_id not in self.handled:
            self.handled.add(event_id)
            print(event_id, event, flush=True)


class Handler(BaseHTTPRequestHandler):
    """Answers 204 to what is genuine, 401 to all else."""

    server: Receiver

    def do_POST(self) -> None:
        """Check a delivery and hand it on."""
        length = int(self.headers.get("Content-Length", 0))
        if length > LARGEST_BODY:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(length)
        try:
            event = self.server.webhook.verify(body, dict(self.headers.items()))
        except (WebhookVerificationError, ValueError):
            self._answer(HTTPStatus.UNAUTHORIZED)
            return
        self.server.handle(self.headers["webhook-id"], event)
        self._answer(HTTPStatus.NO_CONTENT)

    def _answer(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    with Receiver(int(sys.argv[1]), os.environ["KEYREEL_WEBHOOK_SECRET"]) as receiver:
        print(f"Listening at http://127.0.0.1:{receiver.server_port}/", flush=True)
        receiver.serve_forever()
