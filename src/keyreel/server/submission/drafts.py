"""Drafts: whether a submit wants one, and what is submitted for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidRequest
from keyreel.order import limit_to_draft

if TYPE_CHECKING:
    from keyreel.task import Submission
    from keyreel.wire.endpoints.endpoint import Endpoint

DRAFT_HEADER: Final = "X-Draft"
_FLAGS: Final = {"true": True, "false": False, "": False}
_MAX_ECHO_CHARACTERS: Final = 64


def parse_draft_header(value: str) -> bool:
    """Read whether the header asks for a draft; an empty value stands for no header.

    Raises:
        InvalidRequest: it is neither true nor false.
    """
    flag = _FLAGS.get(value.strip().lower())
    if flag is None:
        raise InvalidRequest(
            f"{DRAFT_HEADER}: got {value[:_MAX_ECHO_CHARACTERS]!r}; must be true or false.",
            field=DRAFT_HEADER,
        )
    return flag


def check_draft(endpoint: Endpoint) -> None:
    """Return unless a request wants a draft that nobody would make.

    Raises:
        InvalidRequest: it is one in test mode.
    """
    if endpoint.wants_draft and endpoint.test_mode_state:
        raise InvalidRequest("extra.draft: must not be true in test mode.", field="extra.draft")


def build_draft_submission(endpoint: Endpoint, submission: Submission) -> Submission:
    """Return what is submitted for the draft of an order: free, at once, of the order's own seed.

    The client's payload stays with the order, so that nobody takes the draft's webhook for the order's.
    """
    bare = endpoint.model_copy(update={"payload": ""})
    return replace(
        submission,
        fields=bare.model_dump_json(exclude_none=True),
        resolution=limit_to_draft(endpoint.resolution),
        credits=0,
        off_peak=False,
        payload="",
        idempotency_key="",
    )
