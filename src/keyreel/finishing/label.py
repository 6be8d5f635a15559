"""The AIGC identifier (GB 45438-2025, annex E): says in the file that its content was generated."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from keyreel.errors import RenderFailed
from keyreel.media.mux import remux

if TYPE_CHECKING:
    from keyreel.engine import Clip
    from keyreel.finishing.workbench import Workbench
    from keyreel.order import Order
    from keyreel.task import TaskId


def identifier(label: str, task_id: TaskId, producer: str) -> str:
    """Return the order's own label as it is, or the standard's seven keys for ours.

    Label "1" means "is generated". At the first publication the propagator is the producer.
    """
    return label or json.dumps(
        {
            "Label": "1",
            "ContentProducer": producer,
            "ProduceID": task_id,
            "ReservedCode1": "",
            "ContentPropagator": producer,
            "PropagateID": task_id,
            "ReservedCode2": "",
        },
        separators=(",", ":"),
    )


def label(clip: Clip, order: Order, workbench: Workbench) -> Clip:
    """Write the identifier into the file's index, and the index to the front: players start at once.

    Raises:
        RenderFailed: the identifier cannot be stored as it is.
    """
    out = workbench.folder / "labelled.mp4"
    value = identifier(order.label, workbench.task_id, workbench.producer)
    if "\0" in value:
        raise RenderFailed("The AIGC identifier holds the character U+0000, which an MP4 cannot store.")
    remux(clip.path, out, {"AIGC": value})
    return replace(clip, path=out)
