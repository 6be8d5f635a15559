"""Orders with a draft: the flows that ask for one, approve it or give it up. Only Keyreel has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyreel.client.sansio import flows
from keyreel.client.sansio.own_format import TASK_PATH, speak_own_format
from keyreel.client.sansio.own_tasks import approve_task, cancel_task, show_task
from keyreel.client.sansio.waiting import limit_waiting
from keyreel.errors import RemoteError, TaskTimedOut
from keyreel.task import TaskId
from keyreel.wire.dialects.dialect import ApiRequest

if TYPE_CHECKING:
    from keyreel.client.sansio.remote_server import RemoteServer
    from keyreel.client.sansio.steps import Flow, ProgressListener
    from keyreel.client.sansio.waiting import WaitOptions
    from keyreel.wire.dialects.dialect import Report
    from keyreel.wire.endpoints.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """An order that waits for its approval, and the last report of its draft, which may have failed."""

    task_id: TaskId
    draft: Report


def request_draft(remote: RemoteServer, endpoint: Endpoint, how: WaitOptions) -> Flow[HeldOrder]:
    """Submit a request, and wait for the end of its draft alone.

    Raises:
        TaskTimedOut: the draft has not ended in time; the order is cancelled if that is wanted.
        RemoteError: the server makes no drafts; it was sent nothing, for it would make the video at once.
    """
    own = speak_own_format(remote)
    index = yield from flows.send_request(own, ApiRequest("GET", "/"))
    if index.get("name") != "keyreel" or index.get("tasks") != TASK_PATH:
        raise RemoteError(f"The server at {remote.base_url} does not support drafts.")
    task_id = yield from flows.submit(remote, endpoint.with_draft())
    order = yield from show_task(remote, task_id)
    draft_id = TaskId(str(order["draft"]["id"]))
    try:
        draft = yield from flows.wait_for_end(limit_waiting(remote, how.timeout), draft_id, how.on_progress)
    except TaskTimedOut as error:
        error.task_id = task_id
        if how.cancel_on_timeout:
            yield from give_up(remote, task_id)
        raise
    return HeldOrder(task_id, draft)


def approve(remote: RemoteServer, task_id: TaskId, watch: ProgressListener | None = None) -> Flow[Report]:
    """Approve an order, and wait for its video."""
    yield from approve_task(remote, task_id)
    return (yield from flows.wait(remote, task_id, watch))


def give_up(remote: RemoteServer, task_id: TaskId) -> Flow[None]:
    """Cancel an order, in any format."""
    yield from cancel_task(remote, task_id)
