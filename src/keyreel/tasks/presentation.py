"""What of a stored task is shown to clients: its checked request, and freshly signed links to its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.task import Kept, Links, State
from keyreel.wire.endpoints import catalogue

if TYPE_CHECKING:
    from keyreel.storage.signed_urls import Signer
    from keyreel.task import Task
    from keyreel.wire.endpoints.endpoint import Endpoint


def stored_endpoint(task: Task) -> Endpoint:
    """Read a task's checked request back."""
    kind = catalogue.endpoint(task.submission.endpoint)
    return kind.model_validate_json(task.submission.fields, context=catalogue.TRUSTED)


def signed_links(task: Task, signer: Signer, base: str, seconds: int) -> Links | None:
    """Sign the files of a succeeded task for so long, unless they are no longer kept.

    `base` is the server's address for that client.
    """
    if task.state is not State.SUCCEEDED or task.kept is not Kept.ALL:
        return None
    return Links(
        video=base + signer.sign(task.video, seconds),
        cover=base + signer.sign(task.cover, seconds),
        ttl_seconds=seconds,
        clean=base + signer.sign(task.clean, seconds) if task.clean else "",
    )
