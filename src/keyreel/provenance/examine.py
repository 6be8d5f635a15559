"""Reading all that a video says and shows about its making."""

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
    """Examine a video of any origin; `anchors` are roots to trust, as PEM.

    This decodes the file here: one that a stranger sent belongs into `confined.evidence_of`.

    Raises:
        InvalidRequest: the file is no video that can be read.
    """
    return verify_evidence(read_evidence(path, anchors), known)


def read_evidence(path: Path, anchors: bytes) -> Evidence:
    """Read what the file gives away.

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
                raise InvalidRequest("The file holds no video.")
            tags = {name.upper(): value for name, value in container.metadata.items()}
            fingerprint = compute_dense_fingerprint(container)
    except (FFmpegError, ValueError, OverflowError) as error:
        # What was signed and can no longer be read was altered; that much is certain.
        if signature.seal is SignatureState.NONE:
            raise InvalidRequest("The file is no video that can be read.") from error
    return Evidence(sha256, signature, tags.get(AIGC_KEY, "")[:MAX_IDENTIFIER_CHARS], marks, fingerprint)
