"""Files of every origin are examined, here and in a sandboxed child; none of them does any harm."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import InvalidRequest
from keyreel.provenance.c2pa_manifest import SignatureState
from keyreel.provenance.examine import examine_video
from keyreel.provenance.fingerprint import compute_fingerprint
from keyreel.provenance.sandboxed_examine import read_evidence_sandboxed
from keyreel.provenance.verification import KnownVideo, Verdict, verify_evidence
from keyreel.task import TaskId
from support.videos import encode_again, scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.provenance.signing_certificates import SigningCredentials

OTHER = KnownVideo(TaskId("1"), "", "00" * 32)


@pytest.fixture(scope="module")
def known(signed: Path) -> KnownVideo:
    """What is kept of the signed video's task."""
    import hashlib

    return KnownVideo(
        TaskId("42"), compute_fingerprint(signed), hashlib.sha256(signed.read_bytes()).hexdigest()
    )


def test_the_very_file_is_untouched(signed: Path, credentials: SigningCredentials, known: KnownVideo) -> None:
    found = examine_video(signed, credentials.root, [OTHER, known])
    assert found.verdict is Verdict.UNTOUCHED
    assert "byte for byte" in found.reason
    (match,) = found.matches
    assert (match.task_id, match.same_file, match.likeness) == ("42", True, 1.0)
    assert found.evidence.identifier == '{"Label":"1"}'


def test_a_trusted_seal_is_enough_where_the_task_is_not_kept(
    signed: Path, credentials: SigningCredentials
) -> None:
    found = examine_video(signed, credentials.root, [OTHER])
    assert (found.verdict, found.matches) == (Verdict.UNTOUCHED, ())
    assert found.evidence.signature.seal is SignatureState.TRUSTED


def test_a_broken_seal_is_altered_and_the_task_is_still_found(
    tmp_path: Path, signed: Path, credentials: SigningCredentials, known: KnownVideo
) -> None:
    data = bytearray(signed.read_bytes())
    data[-3000] ^= 1
    (tmp_path / "changed.mp4").write_bytes(data)
    found = examine_video(tmp_path / "changed.mp4", credentials.root, [OTHER, known])
    assert (found.verdict, found.evidence.signature.seal) == (Verdict.ALTERED, SignatureState.INVALID)
    assert [match.task_id for match in found.matches] == ["42"]
    assert not found.matches[0].same_file


def test_another_encoding_is_altered_and_its_task_is_found(
    tmp_path: Path, signed: Path, credentials: SigningCredentials, known: KnownVideo
) -> None:
    again = encode_again(signed, tmp_path / "again.mkv", scale=0.5, fps=15, crf=33)
    found = examine_video(again, credentials.root, [OTHER, known])
    assert (found.verdict, found.evidence.signature.seal) == (Verdict.ALTERED, SignatureState.NONE)
    (match,) = found.matches
    assert (match.task_id, match.same_file) == ("42", False)
    assert 0.8 < match.likeness <= 1.0


def test_a_strangers_video_is_unknown(
    tmp_path: Path, credentials: SigningCredentials, known: KnownVideo
) -> None:
    found = examine_video(scene(tmp_path / "other.mp4", seed=5), credentials.root, [OTHER, known])
    assert (found.verdict, found.matches) == (Verdict.UNKNOWN, ())


def test_a_strangers_signature_proves_nothing(signed: Path, foreign: SigningCredentials) -> None:
    found = examine_video(signed, foreign.root, [])
    assert (found.verdict, found.evidence.signature.seal) == (Verdict.UNKNOWN, SignatureState.VALID)
    assert "not trusted here" in found.reason


def test_at_most_five_tasks_are_named_the_likest_first(signed: Path, known: KnownVideo) -> None:
    alike = [KnownVideo(TaskId(str(number)), known.fingerprint, "") for number in range(9)]
    found = verify_evidence(read_evidence_sandboxed(signed, b""), [*alike, known])
    assert found.matches[0].task_id == "42"
    assert len(found.matches) == 5


def test_the_child_finds_what_is_found_here(signed: Path, credentials: SigningCredentials) -> None:
    found = examine_video(signed, credentials.root, [])
    assert read_evidence_sandboxed(signed, credentials.root) == found.evidence


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def index_alone(data: bytes) -> bytes:
    return data[: data.index(b"mdat")]


def no_index(data: bytes) -> bytes:
    return data.replace(b"moov", b"free")


def seal_alone(data: bytes) -> bytes:
    return data[: data.index(b"uuid") + 600]


@pytest.mark.parametrize("damage", [cut, index_alone, no_index, seal_alone])
def test_a_damaged_file_of_ours_is_altered(
    tmp_path: Path, signed: Path, credentials: SigningCredentials, damage: Callable[[bytes], bytes]
) -> None:
    (tmp_path / "file").write_bytes(damage(signed.read_bytes()))
    evidence = read_evidence_sandboxed(tmp_path / "file", credentials.root)
    assert verify_evidence(evidence, []).verdict is Verdict.ALTERED


HUGE = b"\0\0\0\x20ftypisom" + bytes(20)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        bytes(100_000),
        b"\0\0\0\x08free" * 100_000,
        HUGE + b"\0\0\0\x01moov\x7f\xff\xff\xff\xff\xff\xff\xff",
        HUGE + b"\x7f\xff\xff\xffmoov\0\0\0\x6cmvhd" + bytes(500),
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\x1aE\xdf\xa3" + b"\xff" * 5000,
    ],
    ids=["empty", "text", "zeros", "boxes", "huge box", "large index", "playlist", "image", "matroska"],
)
def test_what_is_no_video_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(InvalidRequest, match=r"^The file (is not a readable video|contains no video)"):
        read_evidence_sandboxed(tmp_path / "file", b"")


def test_random_bytes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(os.urandom(300_000))
    with pytest.raises(InvalidRequest, match=r"^The file"):
        read_evidence_sandboxed(tmp_path / "file", b"")


@pytest.mark.parametrize("every", [53, 997, 20_011])
def test_a_file_full_of_holes_does_no_harm(
    tmp_path: Path, signed: Path, credentials: SigningCredentials, every: int
) -> None:
    data = bytearray(signed.read_bytes())
    data[40::every] = bytes(byte ^ 0xFF for byte in data[40::every])
    (tmp_path / "file").write_bytes(data)
    started = time.monotonic()
    # Either is an answer; anything else, a crash above all, is not.
    with suppress(InvalidRequest):
        assert read_evidence_sandboxed(tmp_path / "file", credentials.root).signature.seal in {
            SignatureState.INVALID,
            SignatureState.NONE,
        }
    assert time.monotonic() - started < 30


def test_a_frame_that_needs_more_memory_than_a_video_may_does_no_harm(tmp_path: Path) -> None:
    # 16,384 x 16,384 pixels: each frame takes 0.4 GB, and a decoder keeps several.
    import av

    with av.open(tmp_path / "large.mkv", "w") as container:
        stream = container.add_stream("mjpeg", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuvj420p"
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuvj420p")))
        container.mux(stream.encode(None))
    data = (tmp_path / "large.mkv").read_bytes()
    size = data.index(b"\xff\xc0") + 5
    (tmp_path / "large.mkv").write_bytes(data[:size] + b"\xff\xdc\xff\xdc" + data[size + 4 :])
    started = time.monotonic()
    with suppress(InvalidRequest):
        assert read_evidence_sandboxed(tmp_path / "large.mkv", b"").fingerprint == ""
    assert time.monotonic() - started < 60
