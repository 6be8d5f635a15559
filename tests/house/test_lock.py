"""The lock holds everything that is installed: no resolver ever has to choose."""

from __future__ import annotations

import tomllib
from collections import deque
from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LINES = (ROOT / "requirements.lock").read_text().splitlines()
PINS = [Requirement(line.removesuffix("\\").strip()) for line in LINES if line and not line.startswith(" ")]
APART = {"diffusers": "requirements-diffusers.txt", "ray": "requirements-cluster.txt"}
"""The extras that are tested in environments of their own, and what those install beside the lock."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def test_every_line_of_the_lock_pins_one_version_by_hash_and_names_no_index() -> None:
    assert PINS
    assert all([each.operator for each in pin.specifier] == ["=="] and not pin.url for pin in PINS)
    assert all(line.lstrip().startswith("--hash=sha256:") for line in LINES if line.startswith(" "))
    hashed = [line for line, below in pairwise(LINES) if "--hash" in below]
    assert len([line for line in hashed if not line.startswith(" ")]) == len(PINS)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_holds_every_requirement_of_every_locked_package(python: str) -> None:
    environment = {
        **default_environment(),
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_machine": "x86_64",
        "sys_platform": "linux",
    }
    pins = {
        canonicalize_name(pin.name): pin
        for pin in PINS
        if pin.marker is None or pin.marker.evaluate(environment)
    }
    missing: list[str] = []
    seen: set[tuple[str, str]] = set()
    queue = deque((requirement, "", "keyreel") for requirement in _roots())
    while queue:
        requirement, extra, wanted_by = queue.popleft()
        if requirement.marker and not requirement.marker.evaluate(environment | {"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        pin = pins.get(name)
        version = "" if pin is None else next(iter(pin.specifier)).version
        if pin is None or not requirement.specifier.contains(version, prereleases=True):
            missing.append(f"{requirement} (of {wanted_by}): the lock has {pin or 'nothing'}")
            continue
        for each in ("", *requirement.extras):
            if (name, each) not in seen:
                seen.add((name, each))
                queue.extend((further, each, name) for further in _requirements(name, version))
    assert not missing
    assert len(seen) > len(PROJECT["project"]["dependencies"])


@pytest.mark.parametrize(("extra", "file"), APART.items())
def test_an_extra_that_is_tested_apart_is_pinned_there_to_versions_that_it_allows(
    extra: str, file: str
) -> None:
    lines = (ROOT / file).read_text().splitlines()
    pins = {pin.name: pin for pin in (Requirement(line) for line in lines if not line.startswith("#"))}
    wanted = {
        each.name: each for each in map(Requirement, PROJECT["project"]["optional-dependencies"][extra])
    }
    assert wanted.keys() <= pins.keys()
    assert all([each.operator for each in pin.specifier] == ["=="] for pin in pins.values())
    for name, each in wanted.items():
        (exact,) = pins[name].specifier
        assert each.specifier.contains(exact.version)


def _roots() -> Iterator[Requirement]:
    """Yield what `make setup` has to install."""
    project = PROJECT["project"]
    extras = [group for name, group in project["optional-dependencies"].items() if name not in APART]
    groups = [project["dependencies"], *extras]
    for group in [*groups, *PROJECT["dependency-groups"].values()]:
        yield from map(Requirement, group)


def _requirements(name: str, version: str) -> list[Requirement]:
    """Read what an installed package asks for; this process runs on what the lock installed."""
    found = distribution(name)
    assert found.version == version, f"{name}: {found.version} is installed, the lock says {version}"
    return [Requirement(each) for each in found.requires or []]
