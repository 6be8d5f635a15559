"""Orders with a draft: the flows that ask for one, approve it or give it up. Only Keyreel has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyreel.client import sansio
from keyreel.client.own_tasks import TASK_PATH, approve_task, cancel_task, show_task, speak_own_format
from keyreel.errors import RemoteError
from keyreel.task import TaskId
from keyreel.wire.dialects.dialect import ApiRequest

if TYPE_CHECKING:
    from keyreel.client.sansio import Flow, ProgressListener, RemoteServer
    from keyreel.wire.dialects.dialect import Report
    from keyreel.wire.endpoints.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """An order that waits for its approval, and the last report of its draft, which may have failed."""

    task_id: TaskId
    draft: Report


def request_draft(
    remote: RemoteServer, endpoint: Endpoint, watch: ProgressListener | None = None
) -> Flow[HeldOrder]:
    """Submit a request, and wait for the end of its draft alone.

    Raises:
        RemoteError: the server makes no drafts; it was sent nothing, for it would make the video at once.
    """
    own = speak_own_format(remote)
    index = yield from sansio.send_request(own, ApiRequest("GET", "/"))
    if index.get("name") != "keyreel" or index.get("tasks") != TASK_PATH:
        raise RemoteError(f"The server at {remote.base_url} makes no drafts.")
    task_id = yield from sansio.submit(remote, endpoint.with_draft())
    order = yield from show_task(remote, task_id)
    draft_id = TaskId(str(order["draft"]["id"]))
    return HeldOrder(task_id, (yield from sansio.wait_for_end(remote, draft_id, watch)))


def approve(remote: RemoteServer, task_id: TaskId, watch: ProgressListener | None = None) -> Flow[Report]:
    """Approve an order, and wait for its video."""
    yield from approve_task(remote, task_id)
    return (yield from sansio.wait(remote, task_id, watch))


def give_up(remote: RemoteServer, task_id: TaskId) -> Flow[None]:
    """Cancel an order, in any format."""
    yield from cancel_task(remote, task_id)
