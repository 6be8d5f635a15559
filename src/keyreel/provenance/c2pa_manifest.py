"""Content Credentials (C2PA): signs finished videos, validates any video's signature; knows no orders."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from uuid import UUID

import keyreel
from keyreel.errors import RenderFailed
from keyreel.media.mp4_boxes import iterate_boxes
from keyreel.provenance.xmp import SOURCE_TYPE_PREFIX
from keyreel.system.atomic_file import replace_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import DigitalSourceType
    from keyreel.provenance.signing_certificates import SigningCredentials
    from keyreel.task import TaskId

_MP4: Final = "video/mp4"
_TASK_ASSERTION: Final = "keyreel.task"
_C2PA_BOX_UUID: Final = UUID("d8fec3d6-1b0e-483c-9297-5828877ec481").bytes
_MAX_FAILURES: Final = 20  # codes that are reported
_NO_NETWORK: Final = {"remote_manifest_fetch": False, "ocsp_fetch": False}


class SignatureState(StrEnum):
    """The validity of a file's signature."""

    TRUSTED = "trusted"
    """Unchanged since it was signed with a certificate that leads to a trusted root."""
    VALID = "valid"
    """Unchanged since it was signed by somebody who is not trusted."""
    INVALID = "invalid"
    """Changed since it was signed, or never signed properly."""
    NONE = "none"
    """There is none."""


@dataclass(frozen=True, slots=True)
class ProvenanceClaim:
    """What a video's credentials state. Nothing private: neither the prompt nor the tenant."""

    task_id: TaskId
    producer: str
    source: DigitalSourceType


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as read: its validity, signer, program, task, and the codes of failed checks."""

    seal: SignatureState
    signer: str = ""
    generator: str = ""
    task_id: str = ""
    producer: str = ""
    source: str = ""
    failures: tuple[str, ...] = ()


def sign_video(video: Path, out: Path, claim: ProvenanceClaim, credentials: SigningCredentials) -> None:
    """Write a signed copy of an MP4; from then on every changed byte can be detected.

    Raises:
        RenderFailed: it cannot be signed with these credentials.
    """
    # The library takes 0.05 s to import, and most processes never sign.
    import c2pa

    # Verifying what was just written would cost time: the tests prove that it verifies.
    settings = {
        "verify": {"verify_after_sign": False, **_NO_NETWORK},
        "builder": {"thumbnail": {"enabled": False}},
    }
    info = c2pa.C2paSignerInfo(credentials.algorithm.encode(), credentials.chain, credentials.key, None)
    try:
        with (
            replace_atomically(out) as part,
            video.open("rb") as source,
            part.open("w+b") as target,
            c2pa.Context.from_dict(settings) as context,
            c2pa.Signer.from_info(info) as signer,
            c2pa.Builder(_build_manifest(claim), context) as builder,
        ):
            builder.sign(signer, _MP4, source, target)
    except c2pa.C2paError as error:
        raise RenderFailed("The video cannot be signed. See the operator's log.") from error


def read_signature(file: BinaryIO, anchors: bytes) -> Signature:
    """Read an MP4's signature and validate it against the whole file; fetches nothing from the network.

    `anchors` are the trusted roots as PEM.
    """
    if not any(box.kind == _C2PA_BOX_UUID for box in iterate_boxes(file)):
        return Signature(SignatureState.NONE)
    import c2pa

    file.seek(0)
    trust = {"trust": {"trust_anchors": anchors.decode("ascii", "replace")}} if anchors else {}
    settings = {"verify": {"verify_trust": True, **_NO_NETWORK}, **trust}
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(_MP4, file, context=context) as reader,
        ):
            return _parse_report(json.loads(reader.json()))
    except (c2pa.C2paError, ValueError) as error:
        return Signature(SignatureState.INVALID, failures=(type(error).__name__.strip("_"),))


def _build_manifest(claim: ProvenanceClaim) -> str:
    program = {"name": keyreel.__name__.capitalize(), "version": keyreel.__version__}
    created = {
        "action": "c2pa.created",
        "softwareAgent": program,
        "digitalSourceType": SOURCE_TYPE_PREFIX + claim.source,
    }
    return json.dumps(
        {
            "title": f"{claim.task_id}.mp4",
            "format": _MP4,
            "claim_generator_info": [program],
            "assertions": [
                {"label": "c2pa.actions.v2", "data": {"actions": [created]}},
                {"label": _TASK_ASSERTION, "data": {"id": claim.task_id, "producer": claim.producer}},
            ],
        }
    )


def _parse_report(report: dict[str, Any]) -> Signature:
    """Extract a signature from the library's report; a stranger may have written the assertions."""
    manifest = report.get("manifests", {}).get(report.get("active_manifest"), {})
    assertions = {
        each.get("label", ""): _as_object(each.get("data")) for each in manifest.get("assertions", [])
    }
    actions_assertion = next(
        (data for label, data in assertions.items() if label.startswith("c2pa.actions")), {}
    )
    actions = actions_assertion.get("actions")
    sources = (
        [_as_object(each).get("digitalSourceType") for each in actions] if isinstance(actions, list) else []
    )
    task = assertions.get(_TASK_ASSERTION, {})
    failed = report.get("validation_results", {}).get("activeManifest", {}).get("failure", [])
    return Signature(
        seal=SignatureState(str(report.get("validation_state", SignatureState.INVALID)).lower()),
        signer=str(manifest.get("signature_info", {}).get("issuer", "")),
        generator=_read_generator(manifest),
        task_id=str(task.get("id", "")),
        producer=str(task.get("producer", "")),
        source=str(next((each for each in sources if each), "")),
        failures=tuple(str(each.get("code", "")) for each in failed[:_MAX_FAILURES]),
    )


def _read_generator(manifest: dict[str, Any]) -> str:
    first = _as_object(next(iter(manifest.get("claim_generator_info") or ()), None))
    return " ".join(str(first[key]) for key in ("name", "version") if first.get(key))


def _as_object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
