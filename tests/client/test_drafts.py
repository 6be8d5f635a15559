"""Drafts in the SDK: nothing is sent to a server that would make the video at once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from keyreel.client import Client
from keyreel.errors import RemoteError
from support.client_service import QUICK, Service

ASKED: dict[str, Any] = {"image": "https://example.com/a.png", "prompt": "x"}


@pytest.mark.parametrize("index", [{"name": "another"}, {"name": "keyreel"}, {}])
def test_a_server_without_drafts_is_sent_no_order(index: dict[str, str]) -> None:
    service = Service(trouble=[httpx.Response(200, json=index)])
    with (
        Client(
            "http://service.test/", "key", patience=QUICK, http_client=httpx.Client(transport=service)
        ) as client,
        pytest.raises(RemoteError, match=r"^The server at http://service\.test/ does not support drafts\.$"),
    ):
        client.draft("vidu-q2-pro-img2video", **ASKED)
    assert service.paths() == ["GET /"]
