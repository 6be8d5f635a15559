"""What the tools answer: tasks and videos as text, structured data, links and a cover image."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from mcp import types

from keyreel.task import TaskState

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import Report
    from keyreel.wire.json_types import Json


def describe_report(report: Report) -> Json:
    """Return a task as a tool tells it."""
    told = {
        "task_id": report.id,
        "state": report.state.value,
        "progress": report.progress,
        "eta_seconds": report.eta_seconds,
        "reason": report.reason,
        "video_url": report.video_url,
        "cover_url": report.cover_url,
        "seed": report.seed,
        "notes": list(report.notes),
    }
    return {name: value for name, value in told.items() if value not in ("", None, [])}


def answer(body: Json) -> types.CallToolResult:
    """Answer with data."""
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=body)


def answer_task(report: Report, cover: bytes = b"") -> types.CallToolResult:
    """Answer with a task; once it has a video, with a link to that and with its cover."""
    found = answer(describe_report(report))
    if report.state is TaskState.SUCCEEDED:
        link = types.ResourceLink(name=f"{report.id}.mp4", uri=report.video_url, mime_type="video/mp4")
        found.content.append(link)
    if cover:
        data = base64.b64encode(cover).decode()
        found.content.append(types.ImageContent(data=data, mime_type="image/jpeg"))
    return found


def answer_problem(sentence: str) -> types.CallToolResult:
    """Answer that a tool could not do what it was called for."""
    return types.CallToolResult(content=[types.TextContent(text=sentence)], is_error=True)
