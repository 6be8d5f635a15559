from __future__ import annotations

import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from keyreel.system.name_lookups import AddressInfo, NameLookups
from support.hanging_names import HangingNames
from support.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def names() -> Iterator[HangingNames]:
    with HangingNames.answered_at_the_end() as names:
        yield names


def look_up(lookups: NameLookups, tenant: str, host: str) -> list[AddressInfo] | str:
    try:
        return lookups.look_up(tenant, host, 80)
    except socket.gaierror as error:
        return str(error.strerror)


def test_one_tenants_hanging_names_fail_its_own_lookups_alone(names: HangingNames) -> None:
    lookups = NameLookups(names.resolve)
    with ThreadPoolExecutor(50) as clients:
        hanging = [clients.submit(look_up, lookups, "flood", f"{number}.hang.test") for number in range(50)]
        names.wait_for(16)
        started = time.monotonic()
        assert look_up(lookups, "flood", "loop.test") == "too many lookups are waiting for an answer"
        assert look_up(lookups, "ann", "loop.test") != []
        assert time.monotonic() - started < 1
        told = [each.result() for each in hanging]
        assert 4 < time.monotonic() - started < 8
    assert told.count("the lookup took too long") == 16
    assert told.count("too many lookups are waiting for an answer") == 34
    # Given up is not ended: the turns are free when the system has answered.
    assert look_up(lookups, "flood", "loop.test") == "too many lookups are waiting for an answer"
    names.answer()
    assert wait_until(lambda: isinstance(look_up(lookups, "flood", "loop.test"), list), 10)


def test_an_error_of_the_resolver_is_raised() -> None:
    with pytest.raises(socket.gaierror):
        NameLookups().look_up("ann", "nowhere.invalid", 80)


def test_a_hanging_name_does_not_hold_up_the_end_of_the_process() -> None:
    code = """
import threading, time
from keyreel.system.name_lookups import NameLookups
asked = threading.Event()
lookups = NameLookups(lambda *_: asked.set() or time.sleep(60) or [])
threading.Thread(target=lookups.look_up, args=("ann", "x", 80), daemon=True).start()
assert asked.wait(10)
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=15, check=False).returncode == 0
