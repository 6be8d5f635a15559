"""What is in the gallery: orders over all operations, and the scenes of the README's moving picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PICTURES = Path(__file__).parents[2] / "examples" / "pictures"


def image(name: str) -> Path:
    """Return an example image's path."""
    return PICTURES / f"{name}.jpg"


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
        "vidu-q2-reference2video",
        "@1 floats in space, push in",
        {"subjects": [{"id": "1", "images": [image("astronaut")]}], "aspect_ratio": "9:16"},
    ),
)
SCENES = (
    ("flight", 3.5, 3.0),
    ("cat", 1.0, 1.5),
    ("street", 1.0, 2.0),
    ("boat", 1.0, 1.5),
    ("alpine-lake", 1.0, 2.0),
    ("blossoms", 1.0, 2.0),
)
"""What the README shows, in this order: a piece, the second from which, and for how many seconds."""
