"""An installation of many nodes as processes, on a database and an object store that are reached through
proxies which can fail; and its clients, who remember what they were promised."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import make_url

from support.commands import CARDS
from support.faulty_proxy import FaultyProxy, run_faulty_proxy
from support.object_stores import describe_store
from support.postgres import PostgresCluster
from support.receivers import Receiver, receiving
from support.servers import KEY, Server, wait_until
from support.workers import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

    from support.object_stores import ObjectStore

MODEL = "vidu-q2-text2video"
_PAUSE_SECONDS = 0.1
"""Between two tries of a client."""


@dataclass
class Fleet:
    """The nodes by their names, where their database is without the proxy, and what clients were promised."""

    folder: Path
    cluster: PostgresCluster
    database_url: str
    database: FaultyProxy
    files: FaultyProxy
    store_address: str
    receiver: Receiver
    settings: dict[str, str]
    keeps_folders: bool = False
    """Whether a node that starts again has its data folder still."""
    servers: dict[str, Server] = field(default_factory=dict)
    workers: dict[str, WorkerProcess] = field(default_factory=dict)
    node_settings: dict[str, dict[str, str]] = field(default_factory=dict)
    """What single nodes have beside the settings of all, by their names."""
    _starts: Iterator[int] = field(default_factory=count)

    @classmethod
    @contextmanager
    def open(cls, folder: Path, object_store: ObjectStore) -> Iterator[Fleet]:
        """Run all that nodes need, and end it with the nodes that were started."""
        with ExitStack() as stack:
            cluster = PostgresCluster()
            stack.callback(cluster.remove)
            database = stack.enter_context(run_faulty_proxy(cluster.socket))
            files = stack.enter_context(run_faulty_proxy(urlsplit(object_store.address).port or 0))
            receiver, url = stack.enter_context(receiving()), cluster.create_empty()
            settings = {
                **CARDS,
                **describe_store(files.address),
                "KEYREEL_STORAGE": f"s3://{object_store.make_bucket()}/keyreel",
                "KEYREEL_SECRET": "s" * 32,
                "KEYREEL_EGRESS_ALLOW": "127.0.0.0/8",
                "KEYREEL_CALLBACK_TIMEOUT": "2",
                "KEYREEL_CALLBACK_SCHEDULE": "0,0.5,0.5,0.5,0.5",
                "KEYREEL_RPM": "0",
            }
            fleet = cls(folder, cluster, url, database, files, object_store.address, receiver, settings)
            fleet.use_database(url)
            stack.callback(fleet.kill_all)
            yield fleet

    def start(self, *, servers: int, workers: int) -> None:
        """Start nodes, all at once."""
        with ThreadPoolExecutor(servers + workers) as threads:
            names = [f"server-{n}" for n in range(servers)] + [f"worker-{n}" for n in range(workers)]
            list(threads.map(self.start_node, names))

    def start_node(self, name: str) -> None:
        """Start a node of this name; its data folder is a new one, for an old one may be lost at any time.

        Unless folders are kept: a worker finds its hosts in a Ray cluster again by its folder's name.
        """
        data = self.folder / (name if self.keeps_folders else f"{name}.{next(self._starts)}")
        settings = {**self.settings, "KEYREEL_NODE": name, **self.node_settings.get(name, {})}
        if name.startswith("server"):
            self.servers[name] = Server.start(data, command="serve", **settings)
        else:
            self.workers[name] = WorkerProcess.start(data, **settings)

    def use_database(self, url: str) -> None:
        """Have the nodes that start from now on work on this database of the cluster, through the proxy."""
        self.database_url = url
        through = make_url(url).set(host="127.0.0.1", port=self.database.port, query={})
        self.settings["KEYREEL_DATABASE"] = through.render_as_string(hide_password=False)

    @property
    def nodes(self) -> dict[str, Server | WorkerProcess]:
        """All nodes."""
        return {**self.servers, **self.workers}

    def kill_all(self) -> None:
        """End all nodes that are left."""
        for node in self.nodes.values():
            node.process.kill()
            node.process.join(10)

    def read_logs(self) -> str:
        """Return what all nodes have logged."""
        return "".join(file.read_text() for file in sorted(self.folder.glob("*/*.log")))


class Clients:
    """Clients of a fleet: they try again as its answers tell them to, and note every answer that must not be.

    `acknowledged` has the task of each order that was answered with 200, by the order's number.
    """

    def __init__(self, fleet: Fleet, random: Random) -> None:
        self._fleet = fleet
        self._random = random
        self._numbers = count()
        self._stop = threading.Event()
        self._most = 0
        self.acknowledged: dict[int, str] = {}
        self.wrong: list[str] = []
        self.waits = 0
        """How often somebody was told to wait, by a 503."""

    def order(self, orders: int) -> list[str]:
        """Order so many videos, one after another; return their tasks."""
        return [self._order(next(self._numbers)) for _ in range(orders)]

    @contextmanager
    def ordering(self, clients: int = 2, *, most: int) -> Iterator[None]:
        """Order and poll during the block, by so many clients at a time, but no more videos than `most`."""
        self._stop.clear()
        self._most = most
        with ThreadPoolExecutor(clients) as threads:
            running = [threads.submit(self._order_on) for _ in range(clients)]
            try:
                yield
            finally:
                self._stop.set()
            for each in running:
                each.result()

    def wait_for_orders(self, more: int) -> None:
        """Wait until so many more orders are acknowledged, or all are."""
        wanted = len(self.acknowledged) + more
        wait_until(lambda: len(self.acknowledged) >= min(wanted, self._most))

    def _order_on(self) -> None:
        while not self._stop.is_set():
            if (number := next(self._numbers)) < self._most:
                self._order(number)
            for task in self._random.sample(known := sorted(self.acknowledged.values()), min(3, len(known))):
                self._poll(task)
            self._stop.wait(_PAUSE_SECONDS)

    def _order(self, number: int) -> str:
        body = {
            "prompt": f"card {number}",
            "duration": 1,
            "resolution": "540p",
            "extra": {"webhook": {"url": f"{self._fleet.receiver.url}/{number}"}},
        }
        while True:
            answer = self._ask("POST", f"/v3/async/{MODEL}", number, json=body)
            if answer is not None and answer.status_code == 200:
                task = str(answer.json()["task_id"])
                self.acknowledged[number] = task
                return task
            self._stop.wait(_PAUSE_SECONDS)

    def _poll(self, task: str) -> None:
        answer = self._ask("GET", f"/v3/async/task-result?task_id={task}", 0)
        if answer is not None and answer.status_code == 200 and "FAILED" in answer.text:
            self.wrong.append(f"{task} failed: {answer.text}")

    def _ask(self, method: str, path: str, number: int, **options: Any) -> httpx.Response | None:
        """Ask any server; None where it is gone."""
        server = self._random.choice(list(self._fleet.servers.values()))
        headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": f"order {number}"}
        try:
            answer = server.call(method, path, headers=headers, **options)
        except httpx.TransportError:
            return None
        if answer.status_code == 503 and "Retry-After" in answer.headers:
            self.waits += 1
        elif answer.status_code != 200:
            self.wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer
