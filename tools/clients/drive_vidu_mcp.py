"""Drives vidu-mcp as an assistant does: starts it, lists its tools and calls them over its standard streams.

Calls: POST /ent/v2/{operation} and, every 20 seconds, GET /ent/v2/tasks/{id}/creations. It answers with the
video's address. Of a refusal it shows the status, of a failed task that it failed.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import timedelta
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from steps import (
    FAILING,
    IMAGE,
    KEY,
    PATIENCE_SECONDS,
    PROMPT,
    SIZE,
    URL,
    WORDS,
    Video,
    said,
    saved,
    take,
    version,
)

SERVER = Path(sys.executable).with_name("vidu-mcp")
SMALL = {"duration": 1, "resolution": "540p", "movement_amplitude": "small"}
I2V = {"image": str(IMAGE), "model": "viduq2-pro", "prompt": PROMPT, **SMALL}
T2V = {"model": "viduq2", "prompt": WORDS, "aspect_ratio": "16:9", **SMALL}
TWICE = {"images": [str(IMAGE), str(IMAGE)], "prompt": PROMPT, **SMALL}
CALLS = {
    "image": ("generate_img_to_video", I2V, KEY),
    "words": ("generate_text_to_video", T2V, KEY),
    "start, end": ("generate_startend2video_to_video", {**TWICE, "model": "viduq2-pro"}, KEY),
    "references": ("generate_reference2video_to_video", {**TWICE, "model": "viduq2"}, KEY),
    "refused": ("generate_img_to_video", {**I2V, "duration": 99}, KEY),
    "wrong key": ("generate_img_to_video", I2V, "nobody"),
    "failed": ("generate_img_to_video", {**I2V, "prompt": FAILING}, KEY),
}


async def called(tool: str, given: dict[str, Any], key: str) -> str:
    """Start the server, call one of its tools and return its answer."""
    environment = {**os.environ, "VIDU_API_KEY": key, "VIDU_API_HOST": URL}
    server = StdioServerParameters(command=str(SERVER), args=[], env=environment)
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        tools = {each.name for each in (await session.list_tools()).tools}
        if tool not in tools:
            return f"there is no {tool} among {sorted(tools)}"
        answer = await session.call_tool(tool, given, timedelta(seconds=PATIENCE_SECONDS))
        return "".join(part.text for part in answer.content)


async def all_called() -> dict[str, str]:
    """Make every call at the same time, each of a server of its own: they wait 20 seconds between polls."""
    answers = await asyncio.gather(*(called(*each) for each in CALLS.values()))
    return dict(zip(CALLS, answers, strict=True))


def video(name: str, answer: str) -> Video:
    """Download the video that an answer names."""
    if answer.startswith("Error"):
        raise AssertionError(answer)
    told = json.loads(answer)
    said(told["status"], "success")
    return Video(saved(told["video_url"], f"{name}.mp4"), SIZE)


version(version_of("vidu-mcp"))
ANSWERS = asyncio.run(all_called())
take("image", lambda: video("image", ANSWERS["image"]))
take("words", lambda: video("words", ANSWERS["words"]))
take("start, end", lambda: video("start, end", ANSWERS["start, end"]))
take("references", lambda: video("references", ANSWERS["references"]))
take("refused", lambda: said(ANSWERS["refused"], "Error", "400"))
take("wrong key", lambda: said(ANSWERS["wrong key"], "Error", "401"))
take("failed", lambda: said(ANSWERS["failed"], "Error", "generation failed"))
