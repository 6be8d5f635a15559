"""Links that follow their keys come back as inputs: the database is asked, and nobody else waits for it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from support.commands import CARDS
from support.faulty_proxy import Fault, run_faulty_proxy
from support.postgres import get_cluster
from support.servers import Server

if TYPE_CHECKING:
    from pathlib import Path

DELAY_SECONDS = 1.0
"""Of each piece that is sent to the database. A call sends two: it tries its connection first."""


def test_a_link_whose_owner_is_looked_up_slowly_holds_up_no_other_request(tmp_path: Path) -> None:
    cluster = get_cluster()
    url = cluster.create_empty()
    with run_faulty_proxy(cluster.socket) as proxy:
        through = make_url(url).set(host="127.0.0.1", port=proxy.port, query={})
        server = Server.start(
            tmp_path,
            KEYREEL_DATABASE=through.render_as_string(hide_password=False),
            KEYREEL_SECRET="s" * 32,
            KEYREEL_LINKS_FOLLOW_KEYS="1",
            **CARDS,
        )
        task = server.submit("vidu-q2-text2video", {"prompt": "a card", "duration": 1})
        cover = server.finished(task) and server.call("GET", f"/v1/tasks/{task}").json()["cover_url"]
        proxy.strike(Fault(delay_seconds=DELAY_SECONDS))
        body = {"images": [cover], "prompt": "a card", "duration": 1}
        asked = threading.Thread(
            target=server.call,
            args=("POST", "/v3/async/vidu-q2-pro-img2video"),
            kwargs={"json": body, "timeout": 120},
        )
        asked.start()
        slowest = 0.0
        while asked.is_alive():
            asked.join(0.05)
            began = time.monotonic()
            server.call("GET", "/health/live", timeout=60)
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 1.5 * DELAY_SECONDS
        proxy.heal()
        server.stop()
    cluster.take_back(url)
