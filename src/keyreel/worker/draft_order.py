"""What the worker makes where a task is the draft of another one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keyreel.finishing.draft_mark import DRAFT_MARK
from keyreel.order import Corner, Watermark, make_draft_order

if TYPE_CHECKING:
    from keyreel.order import Order
    from keyreel.task import Task


def adapt_to_draft(order: Order, task: Task) -> Order:
    """Return a draft's order with its size and its mark in place of the client's; any other as it is."""
    if task.draft_of is None:
        return order
    return replace(make_draft_order(order), watermark=Watermark(Corner.TOP_LEFT, DRAFT_MARK))
