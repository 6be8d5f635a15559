"""Which submits make one task however often they come: by the client's key, or by what they ask for."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidRequest
from keyreel.tasks.idempotency import IdempotencyRecord

if TYPE_CHECKING:
    from keyreel.task import Submission, Task
    from keyreel.wire.dialects.dialect import Dialect
    from keyreel.wire.endpoints.endpoint import Endpoint

KEY_LIFETIME_SECONDS: Final = 86400.0
_LONGEST: Final = 255


def build_idempotency_record(
    submission: Submission, endpoint: Endpoint, dialect: Dialect, dedupe_seconds: float
) -> IdempotencyRecord | None:
    """Return how a submit is told again; None where every one is its own.

    Raises:
        InvalidRequest: the client's key is too long.
    """
    key = submission.idempotency_key
    if len(key) > _LONGEST:
        raise InvalidRequest(
            f"Idempotency-Key: got {len(key)} characters; at most {_LONGEST} are allowed.",
            field="Idempotency-Key",
        )

    def write_response(task: Task) -> str:
        return json.dumps(dialect.build_submit_response(task, endpoint), ensure_ascii=False)

    # The checked request, not its bytes: spaces and the order of names make no other request, nor does a seed
    # that the server chose.
    content = f"{submission.dialect}\n{submission.endpoint}\n{submission.fields}"
    digest = sha256(content.encode()).hexdigest()
    if key:
        return IdempotencyRecord(f"client:{key}", digest, KEY_LIFETIME_SECONDS, write_response)
    return (
        IdempotencyRecord(f"content:{digest}", digest, dedupe_seconds, write_response)
        if dedupe_seconds
        else None
    )
