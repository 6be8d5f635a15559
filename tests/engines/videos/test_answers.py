from __future__ import annotations

from typing import Any

import pytest

from keyreel.engines.videos.answers import (
    VideoState,
    find_reason,
    find_video_id,
    parse_json,
    parse_status,
    tidy_reason,
)

REASONS = {
    "CUDA out of memory. Tried to allocate 20.00 GiB": "CUDA out of memory.",
    "no such file: /srv/models/wan/vae.pt": "no such file: ….",
    "10.0.0.7:8000 refused": "… refused.",
    "cannot reach http://gpu-3.internal:9000/v1, try later": "cannot reach …, try later.",
    'Traceback (most recent call last):\n  File "x.py"': "",
    "  the prompt\x00 is\ttoo long  ": "the prompt is too long.",
    "显存不足。请重试": "显存不足。",
    "x" * 5000: f"{'x' * 200}.",
    "": "",
}
BODIES: list[tuple[Any, str]] = [
    ({"detail": "Video not found"}, "Video not found."),
    ({"detail": [{"loc": ["body", "prompt"], "msg": "Field required"}]}, "Field required."),
    ({"error": {"message": "too many frames", "code": 400}}, "too many frames."),
    ({"error": "busy"}, "busy."),
    ({"error": {"code": 500}}, ""),
    ({"error": 5}, ""),
    (None, ""),
]


@pytest.mark.parametrize("text", REASONS)
def test_a_reason_is_one_sentence_without_internals(text: str) -> None:
    assert tidy_reason(text) == REASONS[text]


@pytest.mark.parametrize(("body", "reason"), BODIES)
def test_reasons_are_found_where_servers_put_them(body: Any, reason: str) -> None:
    assert find_reason(body) == reason


@pytest.mark.parametrize("video_id", ["", "a/b", "../x", "..", "a b", "x" * 201, 7, None])
def test_an_id_that_no_path_can_hold_is_none(video_id: Any) -> None:
    assert find_video_id({"id": video_id}) is None
    assert find_video_id({"id": "video_gen-1.2:3"}) == "video_gen-1.2:3"


@pytest.mark.parametrize("progress", [True, "50", None, float("inf"), -5, [1]])
def test_progress_that_is_no_percentage_is_none(progress: Any) -> None:
    status = parse_status({"id": "x", "status": "IN_PROGRESS", "progress": progress})
    assert status is not None
    assert (status.state, status.progress) == (VideoState.RUNNING, 0.0)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b"9" * 10_000])
def test_a_body_that_is_no_object_is_none(body: bytes) -> None:
    assert parse_json(body) is None
