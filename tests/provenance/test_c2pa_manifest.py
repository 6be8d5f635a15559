"""Videos are signed, and what their signatures are worth is read back from the files."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import RenderFailed
from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames
from keyreel.provenance.c2pa_manifest import SignatureState, read_signature, sign_video
from keyreel.provenance.signing_certificates import SigningCredentials
from support.videos import CLAIM, labelled_scene

if TYPE_CHECKING:
    from pathlib import Path


def seal_of(data: bytes, anchors: bytes) -> SignatureState:
    return read_signature(BytesIO(data), anchors).seal


def media_of(data: bytes) -> tuple[int, int]:
    """Return where the coded images begin and end."""
    start = data.index(b"mdat") + 4
    return start, start + int.from_bytes(data[start - 8 : start - 4], "big") - 8


def test_a_signed_video_is_trusted_by_its_root(signed: Path, credentials: SigningCredentials) -> None:
    with signed.open("rb") as file:
        found = read_signature(file, credentials.root)
    assert (found.seal, found.failures) == (SignatureState.TRUSTED, ())
    assert (found.signer, found.generator) == ("Keyreel", "Keyreel 0.1.0")
    assert (found.task_id, found.producer) == (CLAIM.task_id, "studio-1")
    assert found.source.endswith("/digitalsourcetype/compositeWithTrainedAlgorithmicMedia")


@pytest.mark.parametrize("known", [False, True], ids=["no root", "a foreign root"])
def test_without_its_root_a_signature_is_a_strangers(
    signed: Path, foreign: SigningCredentials, *, known: bool
) -> None:
    found = read_signature(BytesIO(signed.read_bytes()), foreign.root if known else b"")
    assert (found.seal, found.failures) == (SignatureState.VALID, ("signingCredential.untrusted",))


@pytest.mark.parametrize("place", [0.0, 0.3, 0.999])
def test_one_flipped_bit_in_the_images_breaks_the_seal(
    signed: Path, credentials: SigningCredentials, place: float
) -> None:
    data = bytearray(signed.read_bytes())
    start, end = media_of(bytes(data))
    data[int(start + place * (end - start))] ^= 1
    assert seal_of(bytes(data), credentials.root) is SignatureState.INVALID


def test_a_changed_label_breaks_the_seal(signed: Path, credentials: SigningCredentials) -> None:
    data = signed.read_bytes()
    assert data.count(b'{"Label":"1"}') == 1
    assert (
        seal_of(data.replace(b'{"Label":"1"}', b'{"Label":"2"}'), credentials.root) is SignatureState.INVALID
    )


def test_what_is_cut_off_or_added_breaks_the_seal(signed: Path, credentials: SigningCredentials) -> None:
    data = signed.read_bytes()
    assert seal_of(data[:-1000], credentials.root) is SignatureState.INVALID
    assert seal_of(data + b"\0\0\0\x10mdat" + bytes(8), credentials.root) is SignatureState.INVALID


def test_a_manifest_of_another_video_breaks_the_seal(
    tmp_path: Path, signed: Path, credentials: SigningCredentials
) -> None:
    other = tmp_path / "other.mp4"
    sign_video(labelled_scene(tmp_path / "plain.mp4", seed=2), other, CLAIM, credentials)
    mine, theirs = signed.read_bytes(), other.read_bytes()
    beginning = mine.index(b"moov") - 4
    assert (
        seal_of(mine[:beginning] + theirs[theirs.index(b"moov") - 4 :], credentials.root)
        is SignatureState.INVALID
    )


def test_an_unsigned_video_has_no_seal(unsigned: Path, credentials: SigningCredentials) -> None:
    assert seal_of(unsigned.read_bytes(), credentials.root) is SignatureState.NONE


def test_a_signed_video_plays_at_once_and_shows_the_same_frames(unsigned: Path, signed: Path) -> None:
    before, after = probe_video(unsigned), probe_video(signed)
    assert after == before
    assert after.faststart
    assert all((a == b).all() for a, b in zip(read_frames(signed), read_frames(unsigned), strict=True))


def test_a_signature_costs_few_bytes_and_says_nothing_private(unsigned: Path, signed: Path) -> None:
    assert signed.stat().st_size - unsigned.stat().st_size < 6000
    import c2pa

    with c2pa.Reader(str(signed)) as reader:
        report = json.loads(reader.json())
    manifest = report["manifests"][report["active_manifest"]]
    assert "ingredients" not in manifest
    assert "thumbnail" not in manifest
    labels = {each["label"]: each["data"] for each in manifest["assertions"]}
    assert set(labels) == {"c2pa.hash.bmff.v3", "c2pa.actions.v2", "keyreel.task"}
    assert labels["keyreel.task"] == {"id": CLAIM.task_id, "producer": "studio-1"}
    (made,) = labels["c2pa.actions.v2"]["actions"]
    assert (made["action"], made["softwareAgent"]["name"]) == ("c2pa.created", "Keyreel")


def test_the_original_stays_as_it_is(tmp_path: Path, unsigned: Path, credentials: SigningCredentials) -> None:
    before = hashlib.sha256(unsigned.read_bytes()).digest()
    sign_video(unsigned, tmp_path / "out.mp4", CLAIM, credentials)
    assert hashlib.sha256(unsigned.read_bytes()).digest() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_credentials_that_do_not_fit_sign_nothing(
    tmp_path: Path, unsigned: Path, credentials: SigningCredentials
) -> None:
    useless = SigningCredentials(credentials.chain, b"no key", "es256", credentials.root)
    with pytest.raises(RenderFailed, match="cannot be signed"):
        sign_video(unsigned, tmp_path / "out.mp4", CLAIM, useless)
    assert not list(tmp_path.iterdir())
