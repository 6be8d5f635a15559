"""Metrics of a server, as Prometheus reads them, and what is built on their names."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from keyreel.bench.servers.peers import find_free_port
from keyreel.server.monitoring import task_metrics
from keyreel.server.monitoring.metric_names import COUNTED_EVENTS, METRICS
from support.commands import CARDS, keyreel
from support.receivers import Reply, receiving
from support.servers import KEY, Server, wait_until
from support.submits import PARAMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

ROOT = Path(__file__).parents[3]
DEPLOYED = ROOT / "deploy" / "monitoring"
USUAL = {"up", "process_cpu_seconds_total", "process_resident_memory_bytes"}


class Samples:
    """The samples of one reading."""

    def __init__(self, text: str) -> None:
        self._samples = [each for family in text_string_to_metric_families(text) for each in family.samples]

    def get(self, name: str, **labels: str) -> float | None:
        """Return the sum of those that have these labels; None for none."""
        found = [
            each.value
            for each in self._samples
            if each.name == name and labels.items() <= dict(each.labels).items()
        ]
        return sum(found) if found else None

    @property
    def names(self) -> set[str]:
        return {each.name for each in self._samples}

    @property
    def labels(self) -> set[str]:
        return {name for each in self._samples for name in each.labels}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    port = find_free_port()
    running = Server.start(
        tmp_path_factory.mktemp("metrics"),
        KEYREEL_METRICS_PORT=str(port),
        KEYREEL_EGRESS_ALLOW="127.0.0.0/8",
        KEYREEL_DEV="1",
        **CARDS,
    )
    yield running, port
    assert running.stop() == 0


@pytest.mark.slow
def test_what_happened_is_counted(server: tuple[Server, int]) -> None:
    running, port = server

    def read() -> Samples:
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return Samples(answer.text)

    model = "vidu-q2-pro-img2video"
    with receiving() as receiver:
        receiver.answering = lambda _: Reply(500 if receiver.got[-1].path == "/hook" else 404)
        hook = {"extra": {"webhook": {"url": f"{receiver.url}/hook"}}}
        running.finished(running.submit(model, PARAMS | hook))
        running.finished(running.submit(model, PARAMS | {"images": [f"{receiver.url}/none"]}))
        running.submit(model, PARAMS | {"prompt": "x [keyreel:stay-queued]"})
        running.submit(model, PARAMS | {"prompt": "x [keyreel:stay-queued]", "off_peak": True})
        held = PARAMS | {"prompt": "x", "extra": {"draft": True}}
        running.submit(model, held)

        def has_all() -> Samples | None:
            samples = read()
            enough = samples.get("keyreel_tasks_ended_total", state="failed") == 1.0
            hooked = samples.get("keyreel_webhook_attempts_total", status="pending")
            return samples if enough and hooked and samples.get("keyreel_tasks", queue="held") else None

        samples = wait_until(has_all)
    engine = CARDS["KEYREEL_ENGINES"]
    of_engine = {"engine": engine, "model": "q2-pro-img2video"}
    assert samples.get("keyreel_tasks_ended_total", state="succeeded", **of_engine) == 1.0
    assert samples.get("keyreel_tasks", state="queued", queue="normal", **of_engine) == 1.0
    assert samples.get("keyreel_tasks", state="queued", queue="off_peak", **of_engine) == 1.0
    assert samples.get("keyreel_tasks", state="held", **of_engine) == 1.0
    assert samples.get("keyreel_task_render_seconds_count", engine=engine) == 1.0
    assert samples.get("keyreel_task_render_seconds_sum", engine=engine) == samples.get(
        "keyreel_render_realtime_factor_sum", engine=engine
    )
    assert samples.get("keyreel_task_wait_seconds_count", engine=engine) == 2.0
    assert samples.get("keyreel_egress_failures_total") == 1.0
    assert samples.get("keyreel_log_lines_total", event="egress failed", level="warning") == 1.0
    assert samples.get("keyreel_ledger_drift_credits") == 0.0
    assert (samples.get("keyreel_engine_up", engine=engine), samples.get("keyreel_database_up")) == (1.0, 1.0)
    submits = {"method": "POST", "route": "/v3/async/{model}", "status": "200"}
    assert samples.get("keyreel_http_request_seconds_count", **submits) == 5.0
    assert "tenant" not in samples.labels


@pytest.mark.slow
def test_the_main_port_asks_for_the_admin_token(server: tuple[Server, int]) -> None:
    running, _ = server
    for headers in ({"Authorization": f"Bearer {KEY}"}, {}):
        refused = running.call("GET", "/metrics", headers=headers)
        assert refused.is_client_error
        assert "keyreel_" not in refused.text
    token = (running.data / "admin.token").read_text().strip()
    answer = running.call("GET", "/metrics", headers={"Authorization": f"Bearer {token}"})
    assert "keyreel_build_info" in answer.text


def test_no_client_makes_up_a_label(client: TestClient, platform: Platform) -> None:
    for number in range(50):
        client.get(f"/nowhere/{number}")
        client.request(f"METHOD{number}", "/nowhere")
    headers = {"Authorization": f"Bearer {platform.services.admin_token}"}
    samples = Samples(client.get("/metrics", headers=headers).text)
    unmatched = "keyreel_http_request_seconds_count"
    assert samples.get(unmatched, route="unmatched", method="GET", status="404") == 50.0
    assert samples.get(unmatched, route="unmatched", method="other") == 50.0


def test_the_database_is_asked_no_more_than_every_few_seconds(platform: Platform) -> None:
    metrics = task_metrics.TaskMetrics(platform.services.store.database, platform.services.clock)
    with platform.services.store.database.reader.count_statements() as counts:
        for _ in range(20):
            metrics.read()
    assert counts["SELECT"] <= 6


def test_every_name_in_the_dashboard_and_the_alerts_is_a_metric() -> None:
    known = {name for metric in METRICS for name in metric.sample_names} | USUAL
    dashboard = json.loads((DEPLOYED / "dashboard.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = yaml.safe_load((DEPLOYED / "alerts.yaml").read_text())["groups"][0]["rules"]
    expressions += [rule["expr"] for rule in rules]
    named = {name for each in expressions for name in re.findall(r"\b(?:keyreel|process)_[a-z_]+", each)}
    assert named - known == set()
    watched = {metric.name for metric in METRICS if not set(metric.sample_names) & named}
    assert watched == set(), "metrics that nobody looks at"
    for rule in rules:
        assert rule["annotations"]["summary"]


def test_events_that_are_counted_are_logged_with_the_fields_of_their_labels() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "src" / "keyreel").rglob("*.py"))
    for metric, event in COUNTED_EVENTS.items():
        (call,) = re.findall(rf'_?log\.\w+\(\s*"{event}"(.*?)\n\s*\)?\n', code, re.DOTALL)
        told = [*re.findall(r"(\w+)=", call), *(["fault"] if "**result" in call else [])]
        assert set(metric.labels) <= set(told), event


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with receiving() as taken:
        port = str(taken.server_port)
        done = keyreel("up", "--port", "0", "--data", tmp_path, KEYREEL_METRICS_PORT=port, **CARDS)
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert "KEYREEL_METRICS_PORT" in done.stderr
