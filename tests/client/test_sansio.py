"""The flows alone: which steps they yield, whatever answers come."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from keyreel.client.sansio import flows
from keyreel.client.sansio.remote_server import Patience, RemoteServer
from keyreel.client.sansio.steps import ConnectionDropped, Pause, SendRequest, StepResponse
from keyreel.errors import RemoteError
from keyreel.task import TaskId, TaskState
from keyreel.wire.dialects.registry import find_dialect
from keyreel.wire.endpoints.catalogue import get_endpoint
from support.wire import LINKS, request, task

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import Report

VTRIX = find_dialect("vtrix")
IMG2VIDEO = get_endpoint("q2-pro-img2video")


def response(state: TaskState) -> StepResponse:
    links = LINKS if state is TaskState.SUCCEEDED else None
    return StepResponse(
        body=json.dumps(
            VTRIX.build_result_response(task(IMG2VIDEO, state), request(IMG2VIDEO), links, 0)
        ).encode()
    )


def test_a_submit_is_one_step_with_key_and_json() -> None:
    flow = flows.submit(RemoteServer("http://service.test/api/", "key", VTRIX), request(IMG2VIDEO))
    step = next(flow)
    assert isinstance(step, SendRequest)
    assert (step.method, step.url) == ("POST", "http://service.test/api/model/v1/generation")
    assert step.headers["authorization"] == "Bearer key"
    assert json.loads(step.body or b"")["model"] == "viduq2_pro_img2video"
    with pytest.raises(StopIteration) as end:
        flow.send(response(TaskState.QUEUED))
    assert end.value.value == "7000000000000000001"


def test_pauses_grow_up_to_a_limit() -> None:
    patience = Patience(first_seconds=1, most_seconds=3)
    flow = flows.wait(RemoteServer("http://service.test", "", VTRIX, patience), TaskId("1"))
    step, pauses = next(flow), list[float]()
    while len(pauses) < 6:
        step = flow.send(response(TaskState.RUNNING) if isinstance(step, SendRequest) else StepResponse())
        if isinstance(step, Pause):
            pauses.append(step.seconds)
    assert pauses == [1, 1.5, 2.25, 3, 3, 3]


def test_every_report_is_shown_and_the_last_one_returned() -> None:
    seen = list["Report"]()
    flow = flows.wait(RemoteServer("http://service.test", "", VTRIX), TaskId("1"), seen.append)
    next(flow)
    assert isinstance(flow.send(response(TaskState.RUNNING)), Pause)
    assert isinstance(flow.send(StepResponse()), SendRequest)
    with pytest.raises(StopIteration) as end:
        flow.send(response(TaskState.SUCCEEDED))
    assert end.value.value is seen[-1]
    assert [report.state for report in seen] == [TaskState.RUNNING, TaskState.SUCCEEDED]


def test_no_key_is_no_header() -> None:
    step = next(flows.poll(RemoteServer("http://service.test", "", VTRIX), TaskId("1")))
    assert isinstance(step, SendRequest)
    assert "authorization" not in step.headers
    assert step.body is None


def test_a_lost_poll_names_the_server() -> None:
    flow = flows.poll(RemoteServer("http://service.test", "", VTRIX), TaskId("1"))
    next(flow)
    with pytest.raises(RemoteError, match=r"http://service\.test did not respond: reset"):
        flow.throw(ConnectionDropped("reset"))
