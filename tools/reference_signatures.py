"""Signatures of the SDK, as its reference page shows them: read from the code."""

from __future__ import annotations

import inspect
import re

from keyreel.client import Client
from keyreel.client.tasks import TaskHandle

_MARKED = re.compile(r"(<!-- signatures: ([^>]+) -->\n)(?:```text\n.*?```\n)?", re.DOTALL)
_OWNERS = {"Client": Client, "TaskHandle": TaskHandle}


class _Annotation(str):
    """An annotation as it is written in the code, without quotation marks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def insert_signatures(text: str) -> str:
    """Return a page with a block of signatures after each `<!-- signatures: Class.method … -->`."""
    return _MARKED.sub(_format_block, text)


def _format_block(found: re.Match[str]) -> str:
    lines = "\n".join(_format_signature(name) for name in found[2].split())
    return f"{found[1]}```text\n{lines}\n```\n"


def _format_signature(name: str) -> str:
    owner, _, method = name.partition(".")
    kind = _OWNERS[owner]
    found = inspect.signature(getattr(kind, method) if method else kind)
    kept = [
        each.replace(annotation=_Annotation(each.annotation))
        for each in found.parameters.values()
        if each.name != "self"
    ]
    returned = _Annotation(found.return_annotation) if method else inspect.Signature.empty
    return f"{method or owner}{found.replace(parameters=kept, return_annotation=returned)}"
