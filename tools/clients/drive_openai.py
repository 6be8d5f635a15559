"""Drives openai for Python: videos.create, create_and_poll, retrieve, list, delete and download_content."""

from __future__ import annotations

import warnings

import openai
from steps import (
    FAILING,
    FOLDER,
    IMAGE,
    KEY,
    PATIENCE_SECONDS,
    PROMPT,
    SIZE,
    URL,
    WHY,
    WORDS,
    Video,
    raised,
    said,
    take,
    version,
)

warnings.simplefilter("ignore", DeprecationWarning)  # its videos are said to end with their own host
CLIENT = openai.OpenAI(api_key=KEY, base_url=f"{URL}/v1", max_retries=0, timeout=PATIENCE_SECONDS)
SMALL = {"movement_amplitude": "small"}
JPEG = b"\xff\xd8\xff"


def made(prompt: str, model: str = "viduq2-pro", *, image: bool = True) -> openai.types.Video:
    """Submit and wait as the client does."""
    return CLIENT.videos.create_and_poll(
        prompt=prompt,
        model=model,
        seconds="1",
        size=SIZE,
        input_reference=IMAGE if image else openai.omit,
        extra_body=SMALL,
        poll_interval_ms=500,
    )


def download(video: openai.types.Video, name: str) -> Video:
    """Download by the client's own method."""
    if video.status != "completed":
        raise AssertionError(video.error)
    path = FOLDER / name
    CLIENT.videos.download_content(video.id).write_to_file(path)
    return Video(path)


def size_and_cover() -> str:
    """Look at what is told of a finished video, and at its cover."""
    video = made(PROMPT)
    told = (video.size, video.seconds, video.progress)
    if told != (SIZE, "1", 100):
        raise AssertionError(f"size, seconds and progress are {told}")
    cover = CLIENT.videos.download_content(video.id, variant="thumbnail").read()
    if not cover.startswith(JPEG):
        raise AssertionError("the cover is no JPEG")
    return ""


def listed() -> str:
    """Go through the pages of a list that is longer than a page."""
    ids = [video.id for video in CLIENT.videos.list(limit=1, order="asc")]
    if not ids[1:] or len(set(ids)) != len(ids):
        raise AssertionError(f"listed {ids}")
    return ""


def cancelled() -> str:
    """Delete a long one before it is done."""
    video = CLIENT.videos.create(
        prompt=PROMPT, model="viduq2-pro", seconds="8", size="1920x1080", input_reference=IMAGE
    )
    if not CLIENT.videos.delete(video.id).deleted:
        raise AssertionError("it was not deleted")
    return said(CLIENT.videos.retrieve(video.id).status, "failed")


def refused() -> str:
    """Ask for a model that is not there."""
    error = raised(lambda: made(PROMPT, model="viduq9"), openai.NotFoundError)
    assert isinstance(error, openai.NotFoundError)
    return said(f"{error.code}: {error.message}", "model_not_found", "viduq9")


def wrong_key() -> str:
    """Come with a key that nobody has."""
    stranger = CLIENT.with_options(api_key="nobody")
    return said(str(raised(lambda: stranger.videos.retrieve("1"), openai.AuthenticationError)), "key")


def failed() -> str:
    """Submit what is accepted and cannot be made."""
    video = made(FAILING)
    return said(f"{video.status}: {video.error and video.error.message}", "failed", WHY)


version(openai.__version__)
take("image", lambda: download(made(PROMPT), "image.mp4"))
take("words", lambda: download(made(WORDS, "viduq2", image=False), "words.mp4"))
take("size, cover", size_and_cover)
take("list", listed)
take("cancel", cancelled)
take("refused", refused)
take("wrong key", wrong_key)
take("failed", failed)
