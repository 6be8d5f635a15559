from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.testclient import TestClient

from keyreel.callback_inbox import UPSTREAM_CALLBACKS_PATH
from keyreel.cli.local.composition import open_platform
from keyreel.clock import SystemClock
from keyreel.server.app import create_app
from keyreel.settings import read_settings
from keyreel.tasks.webhooks.upstream_callbacks import hash_token
from support.data_folders import prepare_data_folder
from support.relay_attempts import accept_task

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "t" * 43


def test_an_expected_callback_is_kept_and_any_other_is_refused(tmp_path: Path) -> None:
    prepare_data_folder(tmp_path)
    settings = read_settings(data=tmp_path, engines=("keyreel.testing:CardEngine",), worker=False)
    with open_platform(settings, ("http://testserver",)) as platform:
        store = platform.services.store
        task = accept_task(store)
        store.upstream_callbacks.expect(task.id, TOKEN)
        began = SystemClock().now()
        with TestClient(create_app(platform.services)) as client:
            for token in ("x", TOKEN[:-1], "x" * 10_000):
                assert (
                    client.post(UPSTREAM_CALLBACKS_PATH + token, json={"state": "success"}).status_code == 404
                )
            assert store.upstream_callbacks.list_received(began) == {}
            for body in (b"", b'{"state": "success"}', b"[" * 1000):
                assert client.post(UPSTREAM_CALLBACKS_PATH + TOKEN, content=body).status_code == 204
        assert list(store.upstream_callbacks.list_received(began)) == [hash_token(TOKEN)]
        assert store.get("ann", task.id) == task
