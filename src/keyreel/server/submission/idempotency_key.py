"""Which submits make one task however often they come: by the client's key, or by what they ask for."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidRequest
from keyreel.tasks.idempotency import IdempotencyRecord

if TYPE_CHECKING:
    from keyreel.task import Submission

KEY_LIFETIME_SECONDS: Final = 86400.0
"""How long a client's key stands for its first request: a day."""
_MAX_KEY_CHARS: Final = 255


def build_idempotency_record(submission: Submission, dedupe_seconds: float) -> IdempotencyRecord | None:
    """Return how a repeated submit is recognised; None where every submit is its own.

    `dedupe_seconds` is how long equal requests without a key are one; 0 for never.

    Raises:
        InvalidRequest: the client's key is too long.
    """
    key = submission.idempotency_key
    if len(key) > _MAX_KEY_CHARS:
        raise InvalidRequest(
            f"Idempotency-Key: got {len(key)} characters; must have at most {_MAX_KEY_CHARS}.",
            field="Idempotency-Key",
        )
    # The checked request, not its bytes: spaces and the order of names make no other request, nor does a seed
    # that the server chose.
    content = f"{submission.dialect}\n{submission.endpoint}\n{submission.fields}"
    digest = sha256(content.encode()).hexdigest()
    if key:
        return IdempotencyRecord(f"client:{key}", digest, KEY_LIFETIME_SECONDS)
    return IdempotencyRecord(f"content:{digest}", digest, dedupe_seconds) if dedupe_seconds else None
