"""Conversion of a still image to sRGB by its colour profile; opens no file and trusts no profile's name.

ICC.1:2022 has the profiles; of what a PNG says, cICP goes before iCCP, that before sRGB, that before gAMA and
cHRM (PNG, third edition, 4.3). Light enough for the child that decodes images: it needs Pillow alone.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageChops, ImageCms

if TYPE_CHECKING:
    from collections.abc import Mapping

_Row = tuple[float, float, float]
_Matrix = tuple[_Row, _Row, _Row]
_Point = tuple[float, float]

_SRGB_TOLERANCE: Final = 3
"""Of 255: a profile whose results differ from sRGB by no more is sRGB under another name."""

_PROBE_STEPS: Final = range(0, 256, 15)  # values of each channel with which a profile is tried
_D50: Final = (0.9642, 1.0, 0.8249)  # XYZ, the white of ICC's connection space
_D65: Final = (0.3127, 0.329)  # CIE xy
_BT709: Final = ((0.64, 0.33), (0.3, 0.6), (0.15, 0.06))  # CIE xy of red, green, blue; sRGB has the same
_BRADFORD: Final[_Matrix] = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
# A curve's parameters: of y = x ** g, or of y = (a x + b) ** g above d and c x below it.
_SRGB_CURVE: Final = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_VIDEO_CURVE: Final = (1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
_CURVE_KINDS: Final = {1: 0, 5: 3}
# ITU-T H.273, tables 2 and 3; PQ and HLG would need the brightness of a screen.
_PRIMARIES: Final = {
    1: _BT709,
    9: ((0.708, 0.292), (0.17, 0.797), (0.131, 0.046)),
    12: ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),
}
_CURVES: Final[dict[int, tuple[float, ...]]] = {
    1: _VIDEO_CURVE,
    4: (2.2,),
    6: _VIDEO_CURVE,
    8: (1.0,),
    13: _SRGB_CURVE,
    14: _VIDEO_CURVE,
    15: _VIDEO_CURVE,
}
# The gAMA that writers put beside an sRGB chunk for older readers (1 / 2.2); alone it means sRGB as well.
_GAMMA_OF_SRGB: Final = (0.45, 0.46)
_PLAUSIBLE_GAMMAS: Final = (0.1, 5.0)


@dataclass(frozen=True, slots=True)
class _ColourSpace:
    """Red, green, blue and white in CIE xy, and the transfer curve from values to linear light."""

    primaries: tuple[_Point, _Point, _Point] = _BT709
    white: _Point = _D65
    curve: tuple[float, ...] = _SRGB_CURVE


def to_srgb(image: Image.Image, info: Mapping[Any, Any], cicp: bytes = b"") -> Image.Image:
    """Return an image of mode L, LA, RGB, RGBA or CMYK as RGB in sRGB, RGBA where it has transparency.

    `info` is what Pillow read beside the pixels, `cicp` the content of a PNG's chunk of that name. A profile
    that is damaged, or for other channels, is ignored, as browsers do.
    """
    mode = "RGBA" if image.mode in {"LA", "RGBA"} else "RGB"
    data = _choose_profile(info, cicp)
    if data:
        try:
            converted = _convert_to_srgb(image, data, mode)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted:
            return converted
    return image if image.mode == mode else image.convert(mode)


def _convert_to_srgb(image: Image.Image, data: bytes, mode: str) -> Image.Image | None:
    profile, space = ImageCms.ImageCmsProfile(io.BytesIO(data)), data[16:20]
    if space == b"GRAY" and image.mode in {"L", "LA"}:
        if _is_srgb(profile, "L"):
            return None
        colours = _apply_profile(image.getchannel(0), profile, "RGB")
        if image.mode == "LA":
            colours.putalpha(image.getchannel("A"))
        return colours
    if space == b"RGB " and image.mode != "CMYK" and not _is_srgb(profile, "RGB"):
        return _apply_profile(image if image.mode == mode else image.convert(mode), profile, mode)
    if space == b"CMYK" and image.mode == "CMYK":
        return _apply_profile(image, profile, mode)
    return None


def _apply_profile(image: Image.Image, profile: ImageCms.ImageCmsProfile, mode: str) -> Image.Image:
    made = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode=mode)
    if made is None:
        raise ValueError("the image was to be changed in place")
    return made


def _is_srgb(profile: ImageCms.ImageCmsProfile, mode: str) -> bool:
    """Say whether a profile changes nothing visible, whatever its name is."""
    steps = bytes(_PROBE_STEPS)
    if mode == "L":
        probe = Image.frombytes("L", (len(steps), 1), steps)
    else:
        grid = b"".join(map(bytes, product(steps, steps, steps)))
        probe = Image.frombytes("RGB", (len(steps) ** 2, len(steps)), grid)
    changed = ImageChops.difference(_apply_profile(probe, profile, "RGB"), probe.convert("RGB"))
    return max(changed.tobytes()) <= _SRGB_TOLERANCE


def _choose_profile(info: Mapping[Any, Any], cicp: bytes) -> bytes | None:
    colour_space = _colour_space_from_cicp(cicp)
    if colour_space is None:
        icc = info.get("icc_profile")
        if icc or "srgb" in info:
            return icc or None
        colour_space = _colour_space_from_gamma(info.get("gamma"), info.get("chromaticity"))
    try:
        return _build_icc_profile(colour_space) if colour_space else None
    except (ArithmeticError, struct.error):
        return None


def _colour_space_from_cicp(cicp: bytes) -> _ColourSpace | None:
    if len(cicp) != 4 or cicp[2:] != b"\0\1":  # noqa: PLR2004 - primaries, curve, matrix (RGB), full range
        return None
    primaries, curve = _PRIMARIES.get(cicp[0]), _CURVES.get(cicp[1])
    return _ColourSpace(primaries, curve=curve) if primaries and curve else None


def _colour_space_from_gamma(
    gamma: float | None, chromaticity: tuple[float, ...] | None
) -> _ColourSpace | None:
    if gamma is None and chromaticity is None:
        return None
    curve: tuple[float, ...] = _SRGB_CURVE
    if gamma is not None and not _GAMMA_OF_SRGB[0] <= gamma <= _GAMMA_OF_SRGB[1]:
        if not _PLAUSIBLE_GAMMAS[0] <= gamma <= _PLAUSIBLE_GAMMAS[1]:
            return None
        curve = (1 / gamma,)
    if chromaticity is None:
        return _ColourSpace(curve=curve)
    white, *primaries = ((chromaticity[at], chromaticity[at + 1]) for at in range(0, 8, 2))
    red, green, blue = primaries
    return _ColourSpace((red, green, blue), white, curve)


def _build_icc_profile(colour_space: _ColourSpace) -> bytes:
    """Return a display profile with these primaries, white and curve (ICC.1:2022, 8.3.3)."""
    colorants = [
        struct.pack(">4s4x3i", b"XYZ ", *map(_to_s15fixed16, column))
        for column in _compute_colorants(colour_space)
    ]
    kind = _CURVE_KINDS[len(colour_space.curve)]
    curve = struct.pack(
        f">4s4xH2x{len(colour_space.curve)}i", b"para", kind, *map(_to_s15fixed16, colour_space.curve)
    )
    white = struct.pack(">4s4x3i", b"XYZ ", *map(_to_s15fixed16, _D50))
    blocks = (white, *colorants, curve)
    starts, at = [], 128 + 4 + 12 * 7
    for block in blocks:
        starts.append((at, len(block)))
        at += len(block)
    names = (b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
    offsets = (*starts, starts[-1], starts[-1])
    table = b"".join(struct.pack(">4sII", name, *place) for name, place in zip(names, offsets, strict=True))
    head = struct.pack(
        ">I4sI4s4s4s12s4s28s3i48x", at, b"", 0x04200000, b"mntr", b"RGB ", b"XYZ ", b"", b"acsp", b"",
        *map(_to_s15fixed16, _D50),
    )  # fmt: skip
    return head + struct.pack(">I", len(names)) + table + b"".join(blocks)


def _to_s15fixed16(value: float) -> int:
    return round(value * 65536)


def _compute_colorants(colour_space: _ColourSpace) -> tuple[_Row, _Row, _Row]:
    """Return the XYZ of full red, green and blue, adapted to D50 (Bradford transform)."""
    white = _to_xyz(colour_space.white)
    columns = _transpose(
        (
            _to_xyz(colour_space.primaries[0]),
            _to_xyz(colour_space.primaries[1]),
            _to_xyz(colour_space.primaries[2]),
        )
    )
    amounts = _multiply(_invert(columns), white)
    seen, wanted = _multiply(_BRADFORD, white), _multiply(_BRADFORD, _D50)
    gains = [after / before for after, before in zip(wanted, seen, strict=True)]
    back = _invert(_BRADFORD)

    def adapt(point: _Point, amount: float) -> _Row:
        x, y, z = _multiply(_BRADFORD, _to_xyz(point))
        return _multiply(back, (x * gains[0] * amount, y * gains[1] * amount, z * gains[2] * amount))

    red, green, blue = (adapt(*each) for each in zip(colour_space.primaries, amounts, strict=True))
    return red, green, blue


def _to_xyz(point: _Point) -> _Row:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _multiply(matrix: _Matrix, vector: _Row) -> _Row:
    first, second, third = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third


def _transpose(matrix: _Matrix) -> _Matrix:
    first, second, third = zip(*matrix, strict=True)
    return first, second, third


def _invert(matrix: _Matrix) -> _Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        ((e * i - f * h) / determinant, (c * h - b * i) / determinant, (b * f - c * e) / determinant),
        ((f * g - d * i) / determinant, (a * i - c * g) / determinant, (c * d - a * f) / determinant),
        ((d * h - e * g) / determinant, (b * g - a * h) / determinant, (a * e - b * d) / determinant),
    )
