"""Flows that carry a request from its fields to what is wanted of it. They do no I/O."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as quote_url

from keyreel.client.files import check_folder
from keyreel.client.requests import build_parsed_submit
from keyreel.client.sansio import drafts, flows, own_api
from keyreel.client.sansio.waiting import wait_for
from keyreel.task import TaskState

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from keyreel.client.sansio.drafts import HeldOrder
    from keyreel.client.sansio.remote_server import RemoteServer
    from keyreel.client.sansio.steps import Flow
    from keyreel.client.sansio.waiting import WaitOptions
    from keyreel.wire.dialects.dialect import Report
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json


def generate(
    remote: RemoteServer, endpoint: Endpoint, how: WaitOptions, save_to: str | os.PathLike[str] | None
) -> Flow[Report]:
    """Submit a request, wait for its video, and download it if it is to be saved.

    Raises:
        InvalidRequest: it cannot be saved there; nothing was sent.
    """
    target = _check_target(save_to)
    task_id = yield from flows.submit(remote, endpoint)
    report = yield from wait_for(remote, task_id, how)
    if target is not None:
        yield from flows.save(remote, report, target)
    return report


def request_draft(
    remote: RemoteServer, endpoint: Endpoint, how: WaitOptions, save_to: str | os.PathLike[str] | None
) -> Flow[HeldOrder]:
    """Do so with a request's draft; one that has failed is not saved.

    Raises:
        InvalidRequest: it cannot be saved there; nothing was sent.
        RemoteError: the server makes no drafts; it was sent no request.
    """
    target = _check_target(save_to)
    order = yield from drafts.request_draft(remote, endpoint, how)
    if target is not None and order.draft.state is TaskState.SUCCEEDED:
        yield from flows.save(remote, order.draft, target)
    return order


def quote(remote: RemoteServer, model: str, fields: Mapping[str, Any]) -> Flow[Json]:
    """Ask for a request's price and time."""
    parsed = build_parsed_submit(model, fields)
    name = quote_url(parsed.endpoint_class.name(), safe="")
    return own_api.post(remote, f"/v1/quote?model={name}", parsed.fields)


def validate(remote: RemoteServer, model: str, fields: Mapping[str, Any]) -> Flow[Json]:
    """Ask for every rule that a request breaks."""
    parsed = build_parsed_submit(model, fields)
    name = quote_url(parsed.endpoint_class.name(), safe="")
    return own_api.post(remote, f"/v1/validate/{name}", parsed.fields)


def _check_target(save_to: str | os.PathLike[str] | None) -> Path | None:
    if save_to is None:
        return None
    target = Path(save_to)
    check_folder(target, "save_to")
    return target
