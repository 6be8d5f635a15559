"""The AIGC identifier (GB 45438-2025, annex E): how it is written, and how it is read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from keyreel.task import TaskId

AIGC_KEY: Final = "AIGC"
"""The name under which an MP4 and XMP hold it."""

MAX_IDENTIFIER_CHARS: Final = 1 << 20
"""Characters of an identifier that are looked at when one is read."""


def build_identifier(label: str, task_id: TaskId, producer: str) -> str:
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


def parse_identifier(text: str) -> dict[str, Any]:
    """Read an identifier, bare or wrapped in `{"AIGC": …}`; empty where it is no JSON object.

    The standard's bare object is what generators write; readers meet both.
    """
    try:
        found: Any = json.loads(text[:MAX_IDENTIFIER_CHARS])
        if isinstance(found, dict) and {*found} == {AIGC_KEY}:
            found = json.loads(found[AIGC_KEY]) if isinstance(found[AIGC_KEY], str) else found[AIGC_KEY]
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
