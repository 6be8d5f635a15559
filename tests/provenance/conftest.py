"""What the tests of provenance share: credentials of a root made for them, and videos signed by these."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from keyreel.provenance.c2pa_manifest import sign_video
from keyreel.provenance.signing_certificates import SigningCredentials, open_credentials
from keyreel.storage.secret_files import SecretFiles
from support.videos import CLAIM, labelled_scene

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> SigningCredentials:
    return open_credentials(SecretFiles(tmp_path_factory.mktemp("c2pa")), now=datetime.now(UTC))


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> SigningCredentials:
    return open_credentials(SecretFiles(tmp_path_factory.mktemp("foreign")), now=datetime.now(UTC))


@pytest.fixture(scope="session")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return labelled_scene(tmp_path_factory.mktemp("videos") / "unsigned.mp4", seed=1)


@pytest.fixture(scope="session")
def signed(unsigned: Path, credentials: SigningCredentials) -> Path:
    out = unsigned.with_name("signed.mp4")
    sign_video(unsigned, out, CLAIM, credentials)
    return out
