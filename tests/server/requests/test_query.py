from __future__ import annotations

import pytest
from starlette.requests import Request

from keyreel.server.requests.query import get_query


@pytest.mark.parametrize(
    "query", ["", "task_id=17", "a=1&a=2", "a=%E5%9B%BE&b", "a=" + "x" * 1000], ids=lambda query: query[:12]
)
def test_a_query_reads_as_starlette_reads_it(query: str) -> None:
    request = Request({"type": "http", "query_string": query.encode()})
    for _ in range(2):
        assert get_query(request) == request.query_params
