"""What exists is documented, and the generated pages are up to date."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from keyreel import errors
from keyreel.cli.app import app
from keyreel.settings import Settings
from keyreel.settings.model import FILE_TABLES
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FOR_COMMANDS = {"KEYREEL_BASE_URL", "KEYREEL_ADMIN_TOKEN"}
"""Variables that commands read beside the settings."""
MISSPELT = "KEYREEL_PROT"
"""What the page about mistakes shows one with."""


def page(name: str) -> str:
    return (DOCS / "reference" / name).read_text()


@pytest.mark.parametrize("tool", ["build_reference.py", "build_architecture.py", "build_model_calls.py"])
def test_generated_pages_are_up_to_date(tool: str) -> None:
    command = [sys.executable, f"tools/{tool}", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_settings_are_documented() -> None:
    text = page("settings.md")
    bare = [name for name, field in Settings.model_fields.items() if not field.description]
    headings = dict(zip(FILE_TABLES, ("## `[engine.NAME]`", "## `[[route]]`"), strict=True))
    told = {name: headings.get(name, f"`KEYREEL_{name.upper()}`") for name in Settings.model_fields}
    assert [*bare, *(name for name, words in told.items() if words not in text)] == []


def test_no_setting_is_named_that_does_not_exist() -> None:
    known = {f"KEYREEL_{name.upper()}" for name in Settings.model_fields} | FOR_COMMANDS
    files = [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "examples").glob("*.py")]
    known.add(MISSPELT)
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
    known = {f"KEYREEL_{name.upper()}" for name in Settings.model_fields} | FOR_COMMANDS
    read = {
        name
        for file in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"KEYREEL_[A-Z_]+[A-Z]", file.read_text())
    }
    assert read <= known


def commands(name: str, command: object) -> list[str]:
    inner = getattr(command, "commands", None) or {}
    return [word for each in inner for word in commands(f"{name} {each}", inner[each])] or [name]


def test_commands_are_documented() -> None:
    text, known = page("cli.md"), commands("keyreel", typer.main.get_command(app))
    assert "keyreel generate" in known
    assert [name for name in known if f"## `{name}`" not in text] == []


def test_errors_are_documented_and_drawn_in_the_tree() -> None:
    text, tree = page("errors.md"), errors.__doc__ or ""
    kinds = {
        name: kind
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if kind.__module__ == errors.__name__
    }
    assert [name for name, kind in kinds.items() if not kind.__doc__] == []
    assert [name for name in kinds if f"`{name}`" not in text] == []
    assert [name for name in kinds if not re.search(rf"\b{name}\b", tree)] == []


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name())
def test_endpoint_is_documented_with_every_field_and_id(endpoint: type) -> None:
    text = page("endpoints.md").partition(f"\n## {endpoint.name()}\n")[2].partition("\n## ")[0]
    assert text
    for dialect in DIALECTS:
        assert (f"`{dialect.format_model_id(endpoint)}`" in text) == dialect.supports(endpoint)
    for field in endpoint.model_json_schema()["properties"]:
        assert f"| `{field}` |" in text


def test_every_route_is_documented() -> None:
    text = page("endpoints.md")
    routes = [route for dialect in DIALECTS for route in dialect.routes]
    assert [each for each in routes if f"| `{each.method} {each.path}` |" not in text] == []
    assert [
        each.name for route in routes for each in route.query_parameters if f"`{each.name}`" not in text
    ] == []


def test_every_page_is_written_for_this_project_alone() -> None:
    files = [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]
    assert not [str(file) for file in files if re.search(r"TODO|FIXME|lorem ipsum", file.read_text())]


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("README.md", "README.zh-CN.md"),
        ("docs/tutorial/first-video.md", "docs/zh/first-video.md"),
        ("docs/tutorial/first-video-in-the-browser.md", "docs/zh/first-video-in-the-browser.md"),
    ],
)
def test_chinese_pages_show_the_same_code_and_link_to_the_english_ones(english: str, chinese: str) -> None:
    texts = [(ROOT / name).read_text() for name in (english, chinese)]
    blocks = [re.findall(r"^```\w.*?^```$", text, re.DOTALL | re.MULTILINE) for text in texts]
    assert blocks[0] == blocks[1]
    assert blocks[0]
    assert chinese.rpartition("/")[2] in texts[0]
    assert english.rpartition("/")[2] in texts[1]


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


def test_files_that_the_architecture_names_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text().partition("<!-- rooms -->")[0]
    named = re.findall(r"\b[a-z_]+(?:/[a-z_0-9]+)+(?:/|\.py)(?![\w/])|\b[a-z_]+\.(?:py|toml)\b", text)
    folders = {
        "finishing",
        "wire/endpoints",
        "wire/dialects",
        "engines/motion/effects",
        "engines/motion/scenery/places",
    }
    known = {
        str(path.relative_to(ROOT / "src" / "keyreel")) for path in (ROOT / "src" / "keyreel").rglob("*")
    }
    assert "worker/webhooks/sender.py" in named
    assert [
        name
        for name in named
        if name.rstrip("/") not in known
        and not any(f"{folder}/{name}" in known for folder in folders)
        and not (ROOT / name).exists()
    ] == []
