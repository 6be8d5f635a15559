"""What every test shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import certifi
import pytest

from support import databases

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = frozenset({"journeys", "cli", "bench", "conformance", "worker"})
"""Folders whose tests start processes; they are run first, so that all of a run's processes end together."""
_END = "-----END CERTIFICATE-----\n"


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trust one public authority instead of all: every HTTP client reads them, which takes it 20 ms."""
    file = tmp_path_factory.mktemp("authorities") / "one.pem"
    file.write_text(certifi.contents().partition(_END)[0] + _END)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("certifi.where", lambda: str(file))
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=databases.KINDS,
        default="sqlite",
        help="the database that tests of tasks/ run on",
    )


def pytest_configure(config: pytest.Config) -> None:
    databases.choose_kind(config.getoption("--database"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database") != "sqlite":
        left_out = [item for item in items if item.get_closest_marker("sqlite")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: _LONGEST.isdisjoint(item.path.parts))
