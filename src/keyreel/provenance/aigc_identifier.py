"""The AIGC identifier (GB 45438-2025, annex E), written and parsed; knows no files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from keyreel.task import TaskId

AIGC_KEY: Final = "AIGC"
"""The name of the identifier in MP4 metadata and in XMP."""

MAX_IDENTIFIER_CHARS: Final = 1 << 20
"""Characters of an identifier that are read; the rest is ignored."""


def build_identifier(label: str, task_id: TaskId, producer: str) -> str:
    """Return the order's own label unchanged, or one with the standard's seven keys.

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
    """Parse an identifier, bare or wrapped in `{"AIGC": …}`; empty where it is no JSON object.

    Generators write the standard's bare object; both forms occur in files.
    """
    try:
        found: Any = json.loads(text[:MAX_IDENTIFIER_CHARS])
        if isinstance(found, dict) and {*found} == {AIGC_KEY}:
            found = json.loads(found[AIGC_KEY]) if isinstance(found[AIGC_KEY], str) else found[AIGC_KEY]
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
