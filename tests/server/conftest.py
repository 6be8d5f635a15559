"""A whole server in this process, without a worker: routes, database and files are the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from keyreel.cli.local.composition import Platform, open_platform
from keyreel.server.app import create_app
from keyreel.settings import read_settings
from support.data_folders import prepare_data_folder
from support.requests import AUTH, KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    settings = read_settings(
        data=tmp_path, api_key=KEY, engines=("keyreel.testing:CardEngine",), body_seconds=1.0
    )
    prepare_data_folder(tmp_path)
    with open_platform(settings, ("http://testserver",)) as opened:
        yield opened


@pytest.fixture
def client(platform: Platform) -> Iterator[TestClient]:
    with TestClient(create_app(platform.services), headers=AUTH) as opened:
        yield opened
