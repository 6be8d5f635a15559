"""Drives seaart-sdk: POST /model/v1/generation and its own polling of /model/v1/generation/task/{id}.

It shows the status of a refused request and that a task failed; of the reasons only `error.error_message`,
which this format's hosts do not agree on.
"""

from __future__ import annotations

from importlib.metadata import version as version_of
from typing import Any

import seaart_sdk as sa
from steps import (
    FAILING,
    KEY,
    PATIENCE_SECONDS,
    PROMPT,
    URL,
    WORDS,
    Video,
    data_uri,
    raised,
    said,
    saved,
    take,
    version,
)

CLIENT = sa.Client(sa.ClientConfig(api_key=KEY, base_url=URL))
SMALL = {"duration": 1, "resolution": "540p", "movement_amplitude": "small"}
BAD_REQUEST = 400


def submitted(model: str, params: dict[str, Any], client: sa.Client = CLIENT) -> Any:
    """Submit and return the client's task."""
    return client.modal.create({"model": model, "input": [{"params": params}]})


def ended(task: Any) -> Any:
    """Wait as the client does."""
    return task.wait(sa.with_poll_interval(0.5), sa.with_poll_timeout(PATIENCE_SECONDS))


def video(model: str, params: dict[str, Any]) -> Video:
    """Make a video and download it."""
    return Video(saved(ended(submitted(model, params)).urls()[0], f"{model}.mp4"))


def imaged(**changes: Any) -> dict[str, Any]:
    """Return the fields of a request with an image."""
    return {"images": [data_uri()], "prompt": PROMPT, **SMALL, **changes}


def refusal(params: dict[str, Any], client: sa.Client = CLIENT) -> tuple[str, int | None]:
    """Return what kind of error the client calls a refusal."""
    error = raised(lambda: submitted("viduq2_pro_img2video", params, client), sa.SeaArtError)
    assert isinstance(error, sa.SeaArtError)
    return error.kind, error.status


def refused() -> str:
    """Ask for too long a video."""
    kind, status = refusal(imaged(duration=99))
    return said(f"{kind} {status}", f"general {BAD_REQUEST}")


def wrong_key() -> str:
    """Come with a key that nobody has."""
    kind, status = refusal(imaged(), sa.Client(sa.ClientConfig(api_key="nobody", base_url=URL)))
    return said(f"{kind} {status}", "auth 401")


def failed() -> str:
    """Submit what is accepted and cannot be made."""
    task = submitted("viduq2_pro_img2video", imaged(prompt=FAILING))
    error = raised(lambda: ended(task), sa.SeaArtError)
    assert isinstance(error, sa.SeaArtError)
    return said(f"{error.kind}: {error}", "task_failed", task.id)


version(version_of("seaart-sdk"))
take("image", lambda: video("viduq2_pro_img2video", imaged()))
take("words", lambda: video("viduq2_text2video", {"prompt": WORDS, **SMALL, "aspect_ratio": "16:9"}))
take("refused", refused)
take("wrong key", wrong_key)
take("failed", failed)
