"""The child's end of the socket to its worker."""

from __future__ import annotations

import pickle
import threading
from typing import TYPE_CHECKING

from keyreel.worker.children.protocol import LENGTH, packed

if TYPE_CHECKING:
    import socket

    from keyreel.worker.children.protocol import ToChild, ToWorker


class Line:
    """The socket to the worker. Sends block for an instant at most, so engines need not yield for them."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._sending = threading.Lock()

    def tell(self, message: ToWorker) -> None:
        """Send a message."""
        with self._sending:
            self._link.sendall(packed(message))

    def hear(self, within_seconds: float | None = None) -> ToChild | None:
        """Wait for a message; None once the worker has hung up, or has said nothing for so long."""
        self._link.settimeout(within_seconds)
        try:
            head = self._read(LENGTH.size)
        except TimeoutError:
            head = None
        finally:
            self._link.settimeout(None)
        if head is None:
            return None
        body = self._read(LENGTH.unpack(head)[0])
        if body is None:
            return None
        message: ToChild = pickle.loads(body)  # noqa: S301 - from the worker that started this process
        return message

    def _read(self, size: int) -> bytes | None:
        data = bytearray()
        while len(data) < size:
            part = self._link.recv(size - len(data))
            if not part:
                return None
            data += part
        return bytes(data)
