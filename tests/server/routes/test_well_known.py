"""The root is for everybody, and what is signed here leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.cli.local.node.installation import open_signing_credentials
from keyreel.provenance.c2pa_manifest import SignatureState, read_signature, sign_video
from keyreel.storage.secret_files import SecretFiles
from support.videos import CLAIM, labelled_scene

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform


def test_signatures_lead_to_the_published_root(
    client: TestClient, platform: Platform, tmp_path: Path
) -> None:
    services = platform.services
    signed = tmp_path / "signed.mp4"
    plain = labelled_scene(tmp_path / "plain.mp4", seed=3)
    secrets = SecretFiles(services.settings.data)
    credentials = open_signing_credentials(services.settings, secrets, services.clock)
    sign_video(plain, signed, CLAIM, credentials)
    del client.headers["Authorization"]
    answer = client.get("/.well-known/keyreel-c2pa.pem")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/pem-certificate-chain")
    assert answer.content.count(b"-----BEGIN CERTIFICATE-----") == 1
    assert b"PRIVATE" not in answer.content
    with signed.open("rb") as file:
        assert read_signature(file, answer.content).seal is SignatureState.TRUSTED
