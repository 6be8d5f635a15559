"""Three free photographs, taken from a pinned wheel of scikit-image; licences and sources are in NOTICE."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pictures.noise import Field

WHEEL = "scikit-image==0.26.0"
PHOTOS = {
    "cat": ("chelsea.png", 902),
    "coffee": ("coffee.png", 900),
    "astronaut": ("astronaut.png", 512),
}
"""Our name: the file in the wheel's skimage/data and the width that we ship."""
SHA256 = {
    "astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "chelsea.png": "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    "coffee.png": "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
}


def all_photos() -> Iterator[tuple[str, Field]]:
    """Fetch the wheel, check each picture and bring it to the shipped size."""
    with tempfile.TemporaryDirectory() as folder:
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*fetch, "--dest", folder, WHEEL], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for name, (file, width) in PHOTOS.items():
                data = archive.read(f"skimage/data/{file}")
                if hashlib.sha256(data).hexdigest() != SHA256[file]:
                    raise SystemExit(f"{file} is not the picture that this script was written for")
                yield name, _scaled(data, width)


def _scaled(data: bytes, width: int) -> Field:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    height = round(picture.shape[0] * width / picture.shape[1])
    grown = cv2.resize(np.ascontiguousarray(picture), (width, height), interpolation=cv2.INTER_LANCZOS4)
    return (grown / 255).astype(np.float32)
