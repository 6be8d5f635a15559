"""Draw the default watermark texts that ship in src/keyreel/finishing, from Noto Sans SC (OFL 1.1).

The font comes from the npm package @fontsource/noto-sans-sc (`npm pack`, checked by its SHA-512); the drawn
images contain no font. Run: python tools/build_watermark_text.py [--check]
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import IO, cast

from PIL import Image, ImageDraw, ImageFont

PACKAGE = "@fontsource/noto-sans-sc@5.3.0"
INTEGRITY = "HeqIlGm0+ohOKxZLuHj1qW6r6avHH0OWdKERAcSDI0RQ+MXrteuLKA+M+5eOA8rYy0MFvOR5AT0fQo2rUkye0Q=="
LATIN = "package/files/noto-sans-sc-latin-500-normal.woff"
CHINESE = "package/files/noto-sans-sc-chinese-simplified-500-normal.woff"
FOLDER = Path(__file__).parents[1] / "src/keyreel/finishing"
# Drawn at twice the size that 1080p needs (120 px to the em), so that every size is scaled down.
EM = 120
OVERSAMPLING = 4
TEXTS = {
    "ai_generated_en": (("AI Generated", LATIN),),
    "ai_generated_zh": (("AI", LATIN), ("生成", CHINESE)),
    "draft": (("DRAFT", LATIN),),
}
PLATE = (12, 12, 14, 128)
INK = (255, 255, 255, 242)
DIGESTS = {
    "ai_generated_en": "0c02c27dfd598834aaec50a34c07c418595e8cae24af499df1701b5892547a82",
    "ai_generated_zh": "a5689ff894478f035aa94f36cd6ca1858e2466542ad1c90454e0c51fd08a7528",
    "draft": "9bd70ea2fd532ea0a60235c435f97f811d3eb0aa331031b072ad95496d5883b9",
}


def main() -> int:
    """Draw all texts, or with --check compare the shipped ones with their digests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare the shipped files' SHA-256")
    if not parser.parse_args().check:
        with tempfile.TemporaryDirectory() as folder:
            fonts = fetch(Path(folder))
            for name, runs in TEXTS.items():
                draw(runs, fonts).save(FOLDER / f"{name}.png", optimize=True)
    wrong = 0
    for name, expected in DIGESTS.items():
        found = hashlib.sha256((FOLDER / f"{name}.png").read_bytes()).hexdigest()
        print(f"{found}  {name}.png{'' if found == expected else '  DIFFERS'}")
        wrong += found != expected
    return min(wrong, 1)


def fetch(folder: Path) -> dict[str, bytes]:
    """Download the package, check it and return the two fonts."""
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    archive = next(folder.glob("*.tgz"))
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != INTEGRITY:
        raise SystemExit(f"{archive.name} is not the package that was reviewed: sha512-{digest}")
    with tarfile.open(archive) as package:
        return {name: cast("IO[bytes]", package.extractfile(name)).read() for name in (LATIN, CHINESE)}


def draw(runs: tuple[tuple[str, str], ...], fonts: dict[str, bytes]) -> Image.Image:
    """Draw a line of text on its rounded plate."""
    em = EM * OVERSAMPLING
    loaded = [(text, ImageFont.truetype(io.BytesIO(fonts[font]), em)) for text, font in runs]
    length = sum(font.getlength(text) for text, font in loaded)
    width, height = round(length + 0.84 * em), round(1.5 * em)
    # The text is drawn as a mask, so that its soft edges do not mix with the colour of an empty ground.
    mask = Image.new("L", (width, height))
    pen = ImageDraw.Draw(mask)
    left, baseline = 0.42 * em, height / 2 + 0.36 * em
    for text, font in loaded:
        pen.text((left, baseline), text, font=font, fill=INK[3], anchor="ls")
        left += font.getlength(text)
    plate = Image.new("RGBA", (width, height), (*PLATE[:3], 0))
    ImageDraw.Draw(plate).rounded_rectangle((0, 0, width - 1, height - 1), radius=0.36 * em, fill=PLATE)
    ink = Image.new("RGBA", (width, height), (*INK[:3], 0))
    ink.putalpha(mask)
    plate.alpha_composite(ink)
    return plate.resize((width // OVERSAMPLING, height // OVERSAMPLING), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    sys.exit(main())
