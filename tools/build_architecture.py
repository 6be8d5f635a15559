"""Write what ARCHITECTURE.md and its explanation say of layers and rooms. `--check` only compares.

Between `<!-- layers -->` and `<!-- end -->` stands the order of imports that pyproject.toml has checked;
between `<!-- rooms -->` and `<!-- end -->` every folder of the package, with its docstring's first sentence.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "keyreel"
PAGES = (ROOT / "ARCHITECTURE.md", ROOT / "docs" / "explanation" / "architecture.md")


def main() -> int:
    """Write the pages, or with --check say which are out of date."""
    parts = {"layers": _layers(), "rooms": "\n".join(_rooms())}
    stale = 0
    for page in PAGES:
        text = page.read_text()
        for name, part in parts.items():
            text = re.sub(
                rf"(?s)(<!-- {name} -->\n).*?(<!-- end -->)",
                lambda m, part=part: m[1] + part + "\n" + m[2],
                text,
            )
        if "--check" not in sys.argv:
            page.write_text(text)
        elif page.read_text() != text:
            print(f"{page.name} is out of date: run tools/build_architecture.py")
            stale = 1
    return stale


def _layers() -> str:
    """Return the layers of import-linter's contract as one line of code, highest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contract = next(each for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    layers = [" | ".join(re.findall(r"keyreel\.(\w+)", layer)) for layer in contract["layers"]]
    return "```\n" + "\n  → ".join(layers) + "\n```"


def _rooms() -> Iterator[str]:
    yield "| folder of `src/keyreel` | what is in it |\n|---|---|"
    for file in sorted(PACKAGE.rglob("__init__.py"), key=lambda path: path.parent.parts):
        folder = file.parent.relative_to(PACKAGE)
        docstring = ast.get_docstring(ast.parse(file.read_text()))
        if docstring and folder.parts:
            sentence = " ".join(docstring.partition("\n\n")[0].split())
            yield f"| `{folder}/` | {sentence} |"


if __name__ == "__main__":
    sys.exit(main())
