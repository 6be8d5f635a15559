"""What `make gallery` runs: renders the gallery anew, with the engine as it is, and writes docs/gallery.

    PYTHONPATH=examples python tools/gallery/build_gallery.py [NAME ...]

Names pick some of the pieces. The videos as they were made stay in gallery/; docs/gallery has small ones,
their posters, the page that shows them, and the README's moving picture.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from pieces import PIECES, SCENES
from small_videos import write_animation, write_small_video

from demo import running_server
from keyreel.client import Client

VIDEOS = Path("gallery")
PAGE = Path(__file__).parents[2] / "docs" / "gallery"
SEED = 7
SECONDS = 600.0
"""For all pieces together they wait so long for one of them."""
MAX_ANIMATION_BYTES = 1_500_000


def main() -> int:
    """Render the pieces that were named, or all of them; write the page and the moving picture."""
    names = set(sys.argv[1:]) or {piece.name for piece in PIECES}
    VIDEOS.mkdir(exist_ok=True)
    began = time.monotonic()
    _render(names)
    for name in sorted(names):
        write_small_video(VIDEOS / f"{name}.mp4", PAGE / f"{name}.mp4", PAGE / f"{name}.jpg")
    scenes = [(VIDEOS / f"{name}.mp4", begin, seconds) for name, begin, seconds in SCENES]
    if all(scene[0].exists() for scene in scenes):
        write_animation(scenes, PAGE / "demo.webp", MAX_ANIMATION_BYTES)
    (PAGE / "index.md").write_text(build_page())
    size = sum(file.stat().st_size for file in PAGE.iterdir())
    print(f"{len(names)} pieces in {time.monotonic() - began:.0f} s; docs/gallery has {size / 1e6:.1f} MB")
    return 0


def _render(names: set[str]) -> None:
    """Order all pieces at once, so that every slot of the engine works, and save the videos."""
    os.environ.pop("KEYREEL_API_KEY", None)
    with running_server(Path(".demo")) as data, Client(data.read_server_url(), data.read_own_key()) as client:
        tasks = {
            piece.name: client.submit(
                piece.model, **{"resolution": "540p", "seed": SEED, "prompt": piece.prompt, **piece.fields}
            )
            for piece in PIECES
            if piece.name in names
        }
        for name, task in tasks.items():
            task.wait(timeout=SECONDS).save(VIDEOS / f"{name}.mp4")
            print(f"  made {name}")


def build_page() -> str:
    """Return the page of all videos."""
    parts = [
        "# Gallery\n",
        "`make gallery` made every video here on a plain CPU with two cores, out of words and the images in",
        "`examples/pictures`. They are shown smaller than they were made.\n",
    ]
    parts += [
        f"## {piece.name}\n\n`{piece.model}`: *{piece.prompt}*\n\n"
        f'<video controls loop muted playsinline preload="none" width="480" poster="{piece.name}.jpg" '
        f'src="{piece.name}.mp4"></video>\n\n[{piece.name}.mp4]({piece.name}.mp4)\n'
        for piece in PIECES
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
