"""How many connections a server takes by default, and what an operator may ask for."""

from __future__ import annotations

import pytest

from keyreel.errors import InvalidSetting
from keyreel.server.connections.limits import choose_connection_count


@pytest.mark.parametrize(("open_files", "count"), [(256, 64), (1024, 448), (20_000, 9936), (1 << 20, 10_000)])
def test_half_of_the_open_files_beyond_a_reserve_are_for_clients(open_files: int, count: int) -> None:
    assert choose_connection_count(0, open_files) == count
    assert choose_connection_count(64, open_files) == 64


def test_more_connections_than_files_are_refused_at_start() -> None:
    with pytest.raises(InvalidSetting, match=r"KEYREEL_CONNECTIONS.*1000.*2128 open files.*1024.*448"):
        choose_connection_count(1000, 1024)
