"""The last step signs what all others made, and nothing touches the file afterwards."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from keyreel.engine import DigitalSourceType
from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames
from keyreel.order import Corner, Watermark
from keyreel.provenance.c2pa_manifest import SignatureState
from keyreel.provenance.examine import read_evidence
from keyreel.provenance.fingerprint_match import compare_fingerprints
from keyreel.provenance.signing_certificates import SigningCredentials, open_credentials
from keyreel.storage.secret_files import SecretFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.engine import Clip
    from keyreel.finishing.finished_video import FinishedVideo


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> SigningCredentials:
    return open_credentials(SecretFiles(tmp_path_factory.mktemp("c2pa")), now=datetime.now(UTC))


@pytest.mark.parametrize("source", DigitalSourceType)
def test_a_finished_video_is_sealed_and_says_how_it_was_made(
    make_clip: Callable[..., Clip],
    finish_clip: Callable[..., FinishedVideo],
    credentials: SigningCredentials,
    source: DigitalSourceType,
) -> None:
    done = finish_clip(replace(make_clip(), source=source), "studio-1", credentials)
    found = read_evidence(done.video, credentials.root)
    assert found.signature.seal is SignatureState.TRUSTED
    assert found.signature.source == f"http://cv.iptc.org/newscodes/digitalsourcetype/{source}"
    assert (found.signature.task_id, found.signature.producer) == ("7301444403220774912", "studio-1")
    assert found.marks.source == found.signature.source
    assert found.marks.identifier == found.identifier == probe_video(done.video).tags["AIGC"]


def test_a_sealed_video_plays_at_once_and_keeps_every_frame(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], credentials: SigningCredentials
) -> None:
    clip = make_clip()
    done = finish_clip(clip, credentials=credentials)
    assert probe_video(done.video).faststart
    assert done.sha256 == hashlib.sha256(done.video.read_bytes()).hexdigest()
    assert all((a == b).all() for a, b in zip(read_frames(done.video), read_frames(clip.path), strict=True))


def test_a_marked_video_is_sealed_with_its_mark(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], credentials: SigningCredentials
) -> None:
    done = finish_clip(make_clip(), credentials=credentials, watermark=Watermark(Corner.TOP_LEFT))
    assert read_evidence(done.video, credentials.root).signature.seal is SignatureState.TRUSTED


def test_nothing_private_is_in_a_finished_file(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], credentials: SigningCredentials
) -> None:
    from keyreel.order import Shot

    done = finish_clip(make_clip(), credentials=credentials, shots=(Shot("a secret wish", 1),))
    for data in (done.video.read_bytes(), done.cover.read_bytes()):
        assert b"secret" not in data
        assert b"PRIVATE" not in data


def test_without_credentials_a_video_is_not_sealed(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo]
) -> None:
    assert read_evidence(finish_clip(make_clip()).video, b"").signature.seal is SignatureState.NONE


def test_credentials_that_have_ended_leave_a_note_instead_of_stopping_production(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], tmp_path: Path
) -> None:
    ended = open_credentials(SecretFiles(tmp_path / "c2pa"), now=datetime(2001, 1, 1, tzinfo=UTC))
    done = finish_clip(make_clip(), credentials=ended)
    (note,) = done.notes
    assert "certificate is valid from 2000-12-31 to 2010-12-30, and its clock shows 20" in note
    assert read_evidence(done.video, b"").signature.seal is SignatureState.NONE


def test_the_fingerprint_is_the_finished_videos(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], credentials: SigningCredentials
) -> None:
    done = finish_clip(make_clip(), credentials=credentials)
    assert compare_fingerprints(done.fingerprint, read_evidence(done.video, b"").fingerprint) > 0.98
