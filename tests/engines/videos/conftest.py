from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.video_sites import VideoSite, open_site

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def opened_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VideoSite]:
    with open_site(tmp_path_factory.mktemp("site") / "data") as site:
        yield site


@pytest.fixture
def site(opened_site: VideoSite) -> VideoSite:
    """A site whose fake servers behave."""
    for fake in opened_site.fakes.values():
        fake.behave()
    return opened_site
