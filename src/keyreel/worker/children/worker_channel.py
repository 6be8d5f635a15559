"""The child's end of the socket to its worker. It knows no work."""

from __future__ import annotations

import pickle
import select
import threading
from typing import TYPE_CHECKING

from keyreel.worker.children.protocol import LENGTH_PREFIX, pack_message

if TYPE_CHECKING:
    import socket

    from keyreel.worker.children.protocol import ToChild, ToWorker


class WorkerChannel:
    """The socket to the worker. Sends block for an instant at most, so engines need not yield for them."""

    def __init__(self, link: socket.socket) -> None:
        self._socket = link
        self._send_lock = threading.Lock()

    def send(self, message: ToWorker) -> None:
        """Send a message; may be called from any thread."""
        with self._send_lock:
            self._socket.sendall(pack_message(message))

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until there is something to receive; say whether there is, after this time at the latest."""
        return bool(select.select([self._socket], [], [], timeout_seconds)[0])

    def receive(self, timeout_seconds: float | None = None) -> ToChild | None:
        """Wait for a message; None once the worker has hung up, or after `timeout_seconds` without one."""
        self._socket.settimeout(timeout_seconds)
        try:
            head = self._receive_exactly(LENGTH_PREFIX.size)
        except TimeoutError:
            head = None
        finally:
            self._socket.settimeout(None)
        if head is None:
            return None
        body = self._receive_exactly(LENGTH_PREFIX.unpack(head)[0])
        if body is None:
            return None
        message: ToChild = pickle.loads(body)  # noqa: S301 - from the worker that started this process
        return message

    def _receive_exactly(self, size: int) -> bytes | None:
        data = bytearray()
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            if not part:
                return None
            data += part
        return bytes(data)
