"""Examination of a video: all evidence of its origin that the file holds; knows no database."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from av.error import FFmpegError

from keyreel.errors import InvalidRequest
from keyreel.media.sampled_frames import open_untrusted
from keyreel.provenance import xmp
from keyreel.provenance.aigc_identifier import AIGC_KEY, MAX_IDENTIFIER_CHARS
from keyreel.provenance.c2pa_manifest import SignatureState, read_signature
from keyreel.provenance.fingerprint import compute_dense_fingerprint
from keyreel.provenance.verification import Evidence, verify_evidence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from keyreel.provenance.verification import KnownVideo, VerificationReport


def examine_video(path: Path, anchors: bytes, known: Iterable[KnownVideo]) -> VerificationReport:
    """Examine a video and compare it with known ones; `anchors` are the trusted roots as PEM.

    This decodes the file in this process: for a stranger's file use `read_evidence_sandboxed`.

    Raises:
        InvalidRequest: the file is no video that can be read.
    """
    return verify_evidence(read_evidence(path, anchors), known)


def read_evidence(path: Path, anchors: bytes) -> Evidence:
    """Read the evidence in a file: signature, labels and fingerprint.

    Raises:
        InvalidRequest: the file is no video that can be read.
    """
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        signature = read_signature(file, anchors)
        marks = xmp.read_properties(file)
    tags: dict[str, str] = {}
    fingerprint = ""
    try:
        with open_untrusted(path) as container:
            if not container.streams.video:
                raise InvalidRequest("The file contains no video.")
            tags = {name.upper(): value for name, value in container.metadata.items()}
            fingerprint = compute_dense_fingerprint(container)
    except (FFmpegError, ValueError, OverflowError) as error:
        # A signed file that can no longer be decoded was certainly altered.
        if signature.seal is SignatureState.NONE:
            raise InvalidRequest("The file is not a readable video.") from error
    return Evidence(sha256, signature, tags.get(AIGC_KEY, "")[:MAX_IDENTIFIER_CHARS], marks, fingerprint)
