"""What exists is documented, and the generated pages are up to date."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer

from keyreel import errors
from keyreel.cli.app import app
from keyreel.settings import Settings
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import Dialect

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / "reference" / name).read_text()


def test_generated_pages_are_up_to_date() -> None:
    command = [sys.executable, "tools/build_reference.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", Settings.model_fields)
def test_setting_is_documented(name: str) -> None:
    assert Settings.model_fields[name].description
    assert f"`KEYREEL_{name.upper()}`" in page("settings.md")


def test_no_setting_is_named_that_does_not_exist() -> None:
    known = {f"KEYREEL_{name.upper()}" for name in Settings.model_fields} | {"KEYREEL_BASE_URL"}
    files = [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "examples").glob("*.py")]
    named = {name for file in files for name in re.findall(r"KEYREEL_[A-Z_]+[A-Z]", file.read_text())}
    assert named <= known


def test_nothing_tells_to_install_by_a_name_that_is_on_no_index() -> None:
    files = [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "src").rglob("*.py")]
    telling = re.compile(
        r"""(?:pip|pipx|uv|uvx)\s+(?:\w+\s+)*["']?keyreel(?:\[\w+\])?["']?(?! @)(?=[\s`"'.,]|$)"""
    )
    told = [f"{file.name}: {found}" for file in files for found in telling.findall(file.read_text())]
    assert not told
    assert telling.search("pip install 'keyreel[voices]'")


def test_settings_that_the_code_reads_are_settings() -> None:
    known = {f"KEYREEL_{name.upper()}" for name in Settings.model_fields} | {"KEYREEL_BASE_URL"}
    read = {
        name
        for file in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"KEYREEL_[A-Z_]+[A-Z]", file.read_text())
    }
    assert read <= known


def commands(name: str, command: object) -> list[str]:
    inner = getattr(command, "commands", None) or {}
    return [word for each in inner for word in commands(f"{name} {each}", inner[each])] or [name]


@pytest.mark.parametrize("name", commands("keyreel", typer.main.get_command(app)))
def test_command_is_documented(name: str) -> None:
    assert f"## `{name}`" in page("cli.md")


@pytest.mark.parametrize(
    "kind",
    [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__],
)
def test_error_is_documented_and_drawn_in_the_tree(kind: type[errors.KeyreelError]) -> None:
    assert kind.__doc__
    assert f"`{kind.__name__}`" in page("errors.md")
    assert re.search(rf"\b{kind.__name__}\b", errors.__doc__ or "")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name())
def test_endpoint_is_documented_with_every_field_and_id(endpoint: type) -> None:
    text = page("endpoints.md").partition(f"\n## {endpoint.name()}\n")[2].partition("\n## ")[0]
    assert text
    for dialect in DIALECTS:
        assert (f"`{dialect.format_model_id(endpoint)}`" in text) == dialect.supports(endpoint)
    for field in endpoint.model_json_schema()["properties"]:
        assert f"| `{field}` |" in text


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_address_is_documented(dialect: Dialect) -> None:
    for route in dialect.routes:
        assert f"| `{route.method} {route.path}` |" in page("endpoints.md")
        for each in route.query_parameters:
            assert f"`{each.name}`" in page("endpoints.md")


def test_every_page_is_written_for_this_project_alone() -> None:
    files = [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]
    assert not [str(file) for file in files if re.search(r"TODO|FIXME|lorem ipsum", file.read_text())]


def test_links_between_root_pages_lead_somewhere() -> None:
    for file in ROOT.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", file.read_text()):
            if "://" not in target:
                assert (ROOT / target).exists(), f"{file.name}: {target}"


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    given = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    reasons = (DOCS / "decisions" / "0006-dependencies.md").read_text()
    names = [re.split(r"[^A-Za-z0-9-]", each)[0].removeprefix("pytest-") for each in given]
    assert [name for name in names if name not in reasons] == []
