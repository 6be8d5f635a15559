from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

from keyreel.errors import Unavailable
from keyreel.storage.passing_faults import find_passing_fault, translate_passing_faults

NO_THREADS = """
import resource, threading
from keyreel.storage.passing_faults import find_passing_fault
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + (1 << 20), resource.RLIM_INFINITY))
try:
    threading.Thread(target=print).start()
except RuntimeError as error:
    print(find_passing_fault(error) is not None)
"""


@pytest.mark.parametrize("name", ["EMFILE", "ENFILE", "ENOMEM", "EIO", "EROFS", "EAGAIN", "ENOSPC", "EDQUOT"])
def test_what_the_system_refuses_for_a_while_is_unavailable(name: str) -> None:
    number = getattr(errno, name)
    with pytest.raises(Unavailable, match="later"), translate_passing_faults():
        raise OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    "error", [OSError(), OSError(errno.EINVAL, ""), FileNotFoundError(errno.ENOENT, ""), RuntimeError("bug")]
)
def test_what_waiting_does_not_help_against_is_none(error: Exception) -> None:
    assert find_passing_fault(error) is None


def test_a_machine_without_another_thread_to_give_is_unavailable() -> None:
    ran = subprocess.run([sys.executable, "-c", NO_THREADS], capture_output=True, text=True, check=True)
    assert ran.stdout == "True\n"
