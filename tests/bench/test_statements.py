from __future__ import annotations

import pytest

from keyreel.bench.statements import count_submit_statements


@pytest.mark.parametrize(("clients", "most"), [(1, 6), (16, 3)])
def test_a_submit_takes_few_statements(clients: int, most: int) -> None:
    counts = count_submit_statements(clients)
    assert counts["INSERT INTO tasks"] == clients
    assert counts.total() <= most * clients
