"""What `make gallery` runs: orders over all operations, as MP4s and one page of contact sheets.

The videos go to gallery/, the small sheets and the page that shows them to docs/gallery/. Names on the
command line pick some of the orders.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from demo import running_server
from keyreel.client import Client
from keyreel.media.contact_sheet import draw_contact_sheet

HERE = Path(__file__).parent
VIDEOS = Path("gallery")
PAGE = HERE.parent / "docs" / "gallery"
SEED = 7


def image(name: str) -> Path:
    """Return an example image's path."""
    return HERE / "pictures" / f"{name}.jpg"


def images(*names: str) -> list[Path]:
    """Return several."""
    return [image(name) for name in names]


@dataclass(frozen=True)
class Piece:
    """One order of the gallery."""

    name: str
    model: str
    prompt: str
    fields: dict[str, Any] = field(default_factory=dict)


def subjects(*names: str) -> list[dict[str, Any]]:
    """Return named subjects, one image each."""
    return [{"id": name, "images": [image(name)]} for name in names]


FLIGHT = images(*(f"flight-{number}" for number in range(5)))
PIECES = (
    Piece(
        "flight",
        "vidu-q2-pro-multiframe",
        "a drone flies over the lake towards the mountains",
        {"images": FLIGHT, "duration": 2},
    ),
    Piece(
        "three-places",
        "vidu-q2-pro-multiframe",
        "from the coffee table out into the world",
        {"images": images("coffee", "lighthouse", "scene"), "duration": 3},
    ),
    Piece(
        "approach",
        "vidu-q2-pro-startend2video",
        "the camera glides to the island",
        {"images": images("start", "end"), "duration": 4},
    ),
    Piece("cat", "vidu-q2-pro-img2video", "slow push in, snow falls", {"images": images("cat")}),
    Piece(
        "night-rain",
        "vidu-q2-pro-img2video",
        "夜晚下雨, 镜头缓缓向左平移",
        {"images": images("lighthouse"), "movement_amplitude": "medium"},
    ),
    Piece("coffee", "vidu-q2-pro-img2video", "orbit right around the cup", {"images": images("coffee")}),
    Piece(
        "dolly-zoom",
        "vidu-q2-pro-img2video",
        "dolly zoom, dramatic",
        {"images": images("astronaut"), "movement_amplitude": "high"},
    ),
    Piece("embers", "vidu-q2-pro-img2video", "handheld, embers rise, sunset", {"images": images("scene")}),
    Piece("fog", "vidu-q2-pro-img2video", "fog drifts in, crane up", {"images": images("start")}),
    Piece(
        "balloon",
        "vidu-q2-reference2video",
        "@balloon floats over snowy mountains at sunset, crane up",
        {"subjects": subjects("balloon"), "aspect_ratio": "16:9"},
    ),
    Piece(
        "boat",
        "vidu-q2-reference2video",
        "@boat floats on a lake, with @scene as the background, slow pan right",
        {"subjects": subjects("boat", "scene"), "aspect_ratio": "16:9"},
    ),
    Piece(
        "harbour",
        "vidu-q2-reference2video",
        "@boat on the left, @balloon far away on the right, over the sea at night",
        {"subjects": subjects("boat", "balloon"), "aspect_ratio": "21:9"},
    ),
    Piece(
        "woods",
        "vidu-q2-reference2video",
        "@balloon floats up out of a forest at sunset, slow push in",
        {"subjects": subjects("balloon"), "aspect_ratio": "16:9"},
    ),
    Piece(
        "street",
        "vidu-q2-reference2video",
        "@1 站在夜晚的城市街道上, 下着雨, 镜头缓缓推近",
        {"subjects": [{"id": "1", "images": [image("astronaut")]}], "aspect_ratio": "16:9"},
    ),
    Piece(
        "alpine-lake",
        "vidu-q2-text2video",
        "A calm alpine lake at sunset, reeds in front, slow push in",
        {"aspect_ratio": "16:9"},
    ),
    Piece(
        "skyline",
        "vidu-q2-text2video",
        "夜晚的城市天际线, 霓虹倒映在水面, 镜头缓缓推近",
        {"aspect_ratio": "16:9"},
    ),
    Piece(
        "blossoms",
        "vidu-q2-text2video",
        "Spring, a meadow with cherry trees in blossom, petals drift, track right",
        {"aspect_ratio": "16:9"},
    ),
    Piece(
        "idea",
        "vidu-q2-text2video",
        "A mysterious idea takes shape",
        {"aspect_ratio": "16:9"},
    ),
    Piece(
        "astronaut",
        "vidu-q1-reference2video",
        "@1 floats in space, push in",
        {"images": images("astronaut"), "aspect_ratio": "9:16", "resolution": "1080p"},
    ),
)


def main() -> None:
    """Render the pieces that were named, or all of them, and write the page."""
    wanted = set(sys.argv[1:]) or {piece.name for piece in PIECES}
    VIDEOS.mkdir(exist_ok=True)
    PAGE.mkdir(parents=True, exist_ok=True)
    console = Console()
    with running_server(Path(".demo")) as data, Client(data.read_server_url(), data.read_own_key()) as client:
        for piece in PIECES:
            if piece.name not in wanted:
                continue
            began = time.monotonic()
            asked = {"resolution": "720p", "seed": SEED, "prompt": piece.prompt, **piece.fields}
            video = client.generate(piece.model, **asked).save(VIDEOS / f"{piece.name}.mp4")
            spent = time.monotonic() - began
            sheet = draw_contact_sheet(video, columns=4, rows=2, width=960)
            (PAGE / f"{piece.name}.jpg").write_bytes(sheet)
            console.print(f"  [green]✓[/] {video}   {spent:.1f} s")
    (PAGE / "index.md").write_text(page())


def page() -> str:
    """Write the page of all contact sheets."""
    parts = [
        "# Gallery\n",
        "Every image is from a video that `make gallery` makes on a plain 2-core CPU, out of the images",
        "in `examples/pictures`. Time runs from left to right, line by line.\n",
    ]
    parts += [
        f"## {piece.name}\n\n`{piece.model}`: *{piece.prompt}*\n\n![{piece.name}]({piece.name}.jpg)\n"
        for piece in PIECES
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    main()
