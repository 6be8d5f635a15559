"""The use case of submitting, without HTTP: values go in, a value comes out."""

from __future__ import annotations

import ast
import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import keyreel.server.submission
from keyreel.errors import InvalidRequest
from keyreel.server.requests.auth import Caller
from keyreel.server.submission.submit import Accepted, Replayed, SubmitRequest, TaskSubmitter
from keyreel.wire.dialects.registry import find_dialect
from support.submits import PARAMS

if TYPE_CHECKING:
    from keyreel.cli.local.composition import Platform


def submit(platform: Platform, key: str = "", **changes: Any) -> Accepted | Replayed:
    request = SubmitRequest(
        dialect=find_dialect("async_v3"),
        path={"model": "vidu-q2-pro-img2video"},
        body=PARAMS | changes,
        caller=Caller("default", "environment"),
        owner_quotas=(),
        api_key="kr_any",
        idempotency_key=key,
        base_url="http://testserver",
        is_large=False,
        wants_draft=False,
    )
    return asyncio.run(TaskSubmitter(platform.services).submit(request))


def test_a_new_submit_is_accepted_as_a_task(platform: Platform) -> None:
    result = submit(platform, unknown=1)
    assert isinstance(result, Accepted)
    assert result.ignored_fields == ("unknown",)
    assert platform.services.store.get("default", result.response["task_id"]).submission.seconds == 1


def test_a_repeated_submit_is_replayed_byte_for_byte(platform: Platform) -> None:
    first, second = (submit(platform, key="order 7") for _ in range(2))
    assert isinstance(first, Accepted)
    assert second == Replayed(json.dumps(first.response, ensure_ascii=False), ())
    assert platform.services.store.count_queued() == 1


def test_every_broken_rule_is_reported(platform: Platform) -> None:
    with pytest.raises(InvalidRequest, match=r"resolution.*duration"):
        submit(platform, duration=99, resolution="8k")
    assert platform.services.store.count_queued() == 0


def test_it_imports_no_http() -> None:
    for module in Path(keyreel.server.submission.__path__[0]).glob("*.py"):
        imported = {
            name
            for node in ast.walk(ast.parse(module.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in [getattr(node, "module", ""), *(each.name for each in node.names)]
        }
        assert not [
            name for name in imported if name and name.startswith(("starlette", "keyreel.server.routes"))
        ]
