from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.responses import JSONResponse

from keyreel.server.json_response import QuickJsonResponse
from keyreel.task import TaskState

CONTENTS: tuple[Any, ...] = (
    {"a": 1, "b": [True, None, 0.5, -3, 2**63], "c": {}},
    {"prompt": '图一 "quoted" \\ \n \x01 \x7f é'},
    {"state": TaskState.QUEUED, "links": ("a", "b")},
    {"progress": 1e-7, "large": 1e22},
)


@pytest.mark.parametrize("content", CONTENTS, ids=str)
def test_a_response_reads_as_starlettes(content: Any) -> None:
    quick, usual = (
        QuickJsonResponse(content, headers={"X-Notes": "é"}),
        JSONResponse(content, headers={"X-Notes": "é"}),
    )
    assert json.loads(bytes(quick.body)) == json.loads(bytes(usual.body))
    assert len(quick.body) <= len(usual.body)
    quick_headers, usual_headers = dict(quick.raw_headers), dict(usual.raw_headers)
    assert quick_headers.pop(b"content-length") == str(len(quick.body)).encode()
    assert usual_headers.pop(b"content-length") == str(len(usual.body)).encode()
    assert quick_headers == usual_headers
