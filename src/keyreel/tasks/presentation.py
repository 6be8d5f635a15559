"""What clients see of a stored task: its validated request, and freshly signed links to its files."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from keyreel.task import RetentionStage, SignedLinks, TaskState
from keyreel.wire.endpoints import catalogue

if TYPE_CHECKING:
    from keyreel.storage.signed_urls import LinkSigner
    from keyreel.task import Task
    from keyreel.wire.endpoints.endpoint import Endpoint

_MAX_CACHED_CHARACTERS: Final = 16_384
"""Of a request's JSON: one with a large payload takes more memory than parsing it again takes time."""


def parse_stored_request(task: Task) -> Endpoint:
    """Parse the validated request that a task keeps as JSON.

    A task is polled many times: usual requests are parsed once, those of the last thousand or so tasks.
    """
    name, fields = task.submission.endpoint, task.submission.fields
    return _parse_request(name, fields) if len(fields) > _MAX_CACHED_CHARACTERS else _parse_once(name, fields)


def _parse_request(name: str, fields: str) -> Endpoint:
    return catalogue.get_endpoint(name).model_validate_json(fields, context=catalogue.TRUSTED_CONTEXT)


_parse_once = lru_cache(maxsize=1024)(_parse_request)


def has_files(task: Task) -> bool:
    """Say whether a task has files that clients may have: it succeeded, and they are still kept."""
    return task.state is TaskState.SUCCEEDED and task.kept is RetentionStage.ALL


def sign_links(task: Task, signer: LinkSigner, base_url: str, seconds: int) -> SignedLinks | None:
    """Sign links to the files of a succeeded task for `seconds`; None if there are none, or none any more.

    `base_url` is the server's URL as that client knows it.
    """
    if not has_files(task):
        return None
    return SignedLinks(
        video=signer.build_result_link(base_url, task.video, seconds),
        cover=signer.build_result_link(base_url, task.cover, seconds),
        ttl_seconds=seconds,
        clean=signer.build_result_link(base_url, task.clean, seconds) if task.clean else "",
    )
