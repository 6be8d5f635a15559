from __future__ import annotations

import pytest

from keyreel.cli.system import check_system
from keyreel.errors import InvalidSetting


def test_the_server_runs_on_posix_and_windows_is_told_what_to_do() -> None:
    check_system("posix")
    with pytest.raises(InvalidSetting, match="WSL 2"):
        check_system("nt")
