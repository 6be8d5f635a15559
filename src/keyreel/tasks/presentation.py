"""What clients see of a stored task: its validated request, and freshly signed links to its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.task import RetentionStage, SignedLinks, TaskState
from keyreel.wire.endpoints import catalogue

if TYPE_CHECKING:
    from keyreel.storage.signed_urls import LinkSigner
    from keyreel.task import Task
    from keyreel.wire.endpoints.endpoint import Endpoint


def parse_stored_request(task: Task) -> Endpoint:
    """Parse the validated request that a task keeps as JSON."""
    kind = catalogue.get_endpoint(task.submission.endpoint)
    return kind.model_validate_json(task.submission.fields, context=catalogue.TRUSTED_CONTEXT)


def sign_links(task: Task, signer: LinkSigner, base_url: str, seconds: int) -> SignedLinks | None:
    """Sign links to the files of a succeeded task for `seconds`; None if there are none, or none any more.

    `base_url` is the server's URL as that client knows it.
    """
    if task.state is not TaskState.SUCCEEDED or task.kept is not RetentionStage.ALL:
        return None
    return SignedLinks(
        video=base_url + signer.sign(task.video, seconds),
        cover=base_url + signer.sign(task.cover, seconds),
        ttl_seconds=seconds,
        clean=base_url + signer.sign(task.clean, seconds) if task.clean else "",
    )
