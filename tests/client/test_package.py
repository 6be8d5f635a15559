from __future__ import annotations

import subprocess
import sys

import pytest

import keyreel


def test_the_sdk_is_at_the_packages_top() -> None:
    assert keyreel.Client.__name__ == "Client"
    assert keyreel.AsyncClient.__name__ == "AsyncClient"
    with pytest.raises(AttributeError, match="nothing"):
        keyreel.nothing  # noqa: B018 - asking is the test


def test_the_package_alone_imports_nothing_heavy() -> None:
    code = "import keyreel, sys; print({'pydantic', 'httpx', 'numpy'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"
