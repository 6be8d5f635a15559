"""Reading all that a video says and shows about its making."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from av.error import FFmpegError

from keyreel.errors import InvalidRequest
from keyreel.media.sampled_frames import open_strange
from keyreel.provenance import xmp
from keyreel.provenance.aigc_identifier import KEY, LONGEST
from keyreel.provenance.c2pa_manifest import Seal, read_signature
from keyreel.provenance.fingerprint import close_fingerprint
from keyreel.provenance.verification import Evidence, judge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from keyreel.provenance.verification import Findings, Known


def examine(path: Path, anchors: bytes, known: Iterable[Known]) -> Findings:
    """Examine a video of any origin; `anchors` are roots to trust, as PEM.

    This decodes the file here: one that a stranger sent belongs into `confined.evidence_of`.

    Raises:
        InvalidRequest: the file is no video that can be read.
    """
    return judge(gather(path, anchors), known)


def gather(path: Path, anchors: bytes) -> Evidence:
    """Read what the file gives away.

    Raises:
        InvalidRequest: the file is no video that can be read.
    """
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        signature = read_signature(file, anchors)
        marks = xmp.marks_in(file)
    tags: dict[str, str] = {}
    seen = ""
    try:
        with open_strange(path) as container:
            if not container.streams.video:
                raise InvalidRequest("The file holds no video.")
            tags = {name.upper(): value for name, value in container.metadata.items()}
            seen = close_fingerprint(container)
    except (FFmpegError, ValueError, OverflowError) as error:
        # What was signed and can no longer be read was altered; that much is certain.
        if signature.seal is Seal.NONE:
            raise InvalidRequest("The file is no video that can be read.") from error
    return Evidence(sha256, signature, tags.get(KEY, "")[:LONGEST], marks, seen)
