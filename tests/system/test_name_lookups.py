from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from keyreel.system.name_lookups import NameLookups

FOUND = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]


def test_hanging_names_of_one_tenant_fail_no_other() -> None:
    released = threading.Event()
    begun = threading.Semaphore(0)

    def resolve(host: str, *_: Any) -> list[Any]:
        if host == "hanging.test":
            begun.release()
            released.wait(30)
        return FOUND

    lookups = NameLookups(resolve)
    with ThreadPoolExecutor(20) as callers:
        for _ in range(20):
            callers.submit(lookups.look_up, "slow", "hanging.test", 80)
        assert all(begun.acquire(timeout=5) for _ in range(8))
        assert not begun.acquire(blocking=False)
        assert lookups.look_up("quick", "fine.test", 80) == FOUND
        released.set()
