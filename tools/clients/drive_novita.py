"""Drives novita-client: its session sends, its own polling waits, its own download fetches.

It has no method for single models: like its users, the driver sends with the client's own `_post`.
"""

from __future__ import annotations

from importlib.metadata import version as version_of
from typing import Any

from novita_client import NovitaClient
from novita_client.exceptions import NovitaResponseError
from novita_client.proto import V3TaskResponseStatus
from steps import (
    FAILING,
    FOLDER,
    KEY,
    PATIENCE_SECONDS,
    PROMPT,
    URL,
    WHY,
    WORDS,
    Video,
    data_uri,
    raised,
    said,
    take,
    version,
)

CLIENT = NovitaClient(KEY, URL)
SMALL = {"duration": 1, "resolution": "540p", "movement_amplitude": "small"}


def submitted(model: str, body: dict[str, Any]) -> str:
    """Submit and return the task's id."""
    answer = CLIENT._post(f"/v3/async/{model}", body)  # noqa: SLF001 - the client has no other way
    return str(answer["task_id"])


def ended(task_id: str) -> Any:
    """Wait as the client does: it counts polls, two a second."""
    return CLIENT.wait_for_task_v3(task_id, wait_for=2 * PATIENCE_SECONDS)


def video(model: str, body: dict[str, Any]) -> Video:
    """Make a video and download it."""
    result = ended(submitted(model, body))
    if result.task.status is not V3TaskResponseStatus.TASK_STATUS_SUCCEED:
        raise AssertionError(result.task.reason)
    result.download_videos()
    path = FOLDER / f"{model}.mp4"
    path.write_bytes(result.video_bytes[0])
    return Video(path)


def imaged(**changes: Any) -> dict[str, Any]:
    """Return a request with an image."""
    return {"images": [data_uri()], "prompt": PROMPT, **SMALL, **changes}


def refused() -> str:
    """Ask for too long a video."""
    asked = imaged(duration=99)
    error = raised(lambda: submitted("vidu-q2-pro-img2video", asked), NovitaResponseError)
    return said(str(error), "400", "duration", "99")


def wrong_key() -> str:
    """Come with a key that nobody has."""
    stranger = NovitaClient("nobody", URL)
    return said(str(raised(lambda: stranger.async_task_result("1"), NovitaResponseError)), "403")


def failed() -> str:
    """Submit what is accepted and cannot be made."""
    result = ended(submitted("vidu-q2-pro-img2video", imaged(prompt=FAILING)))
    if result.task.status is not V3TaskResponseStatus.TASK_STATUS_FAILED:
        raise AssertionError(result.task.status)
    return said(result.task.reason, WHY)


version(version_of("novita-client"))  # its own constant is older than it is
take("image", lambda: video("vidu-q2-pro-img2video", imaged()))
take("words", lambda: video("vidu-q2-text2video", {"prompt": WORDS, **SMALL, "aspect_ratio": "16:9"}))
take("refused", refused)
take("wrong key", wrong_key)
take("failed", failed)
