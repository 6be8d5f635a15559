"""Build the pictures in examples/pictures: drawn and rendered by us, and three free photographs.

Run `.venv/bin/python tools/build_example_pictures.py [flight|drawings|photos ...]`. The same versions of
numpy and OpenCV give the same bytes; `SHA256SUMS` beside the pictures names those that
are committed.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pictures import drawings, flight, photos

if TYPE_CHECKING:
    from pictures.noise import Field

FOLDER = Path(__file__).parent.parent / "examples" / "pictures"


def save(name: str, picture: Field) -> None:
    """Write one picture, RGB 0 … 1."""
    levels = np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8)
    cv2.imwrite(str(FOLDER / f"{name}.jpg"), levels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 87])
    print(f"{name}.jpg: {(FOLDER / f'{name}.jpg').stat().st_size // 1000} kB")


def main(wanted: list[str]) -> None:
    """Build the wanted groups, all by default, and note what lies in the folder."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    groups = {"flight": flight.all_views, "drawings": drawings.all_drawings, "photos": photos.all_photos}
    for group, pictures in groups.items():
        if not wanted or group in wanted:
            for name, picture in pictures():
                save(name, picture)
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        for path in sorted(FOLDER.glob("*.jpg"))
    ]
    (FOLDER / "SHA256SUMS").write_text("\n".join(sums) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
