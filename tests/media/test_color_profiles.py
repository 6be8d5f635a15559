"""An image's colours are what its profile does, whatever the profile is called and wherever it is said."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from keyreel.media.color_profiles import to_srgb
from support.hostile import chunk, encoded

COLOURS = ((200, 100, 50), (30, 160, 90), (255, 255, 255), (128, 128, 128), (12, 40, 200))
P3 = ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06))
BT709 = ((0.64, 0.33), (0.3, 0.6), (0.15, 0.06))
ADOBE = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
D65 = (0.3127, 0.329)


def strip(mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", (len(COLOURS), 1))
    image.putdata(COLOURS)
    return image.convert(mode)


def light_of(value: float, gamma: float | None) -> float:
    if gamma is not None:
        return float(value**gamma)
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def to_xyz(primaries: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    x, y = np.array([*primaries, D65]).T
    columns = np.stack([x / y, np.ones(4), (1 - x - y) / y])
    return columns[:, :3] * np.linalg.solve(columns[:, :3], columns[:, 3])


def meant(primaries: Any = BT709, gamma: float | None = None) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Compute what the strip looks like in sRGB, from CIE XYZ."""
    light = np.array([[light_of(level / 255, gamma) for level in colour] for colour in COLOURS])
    linear = np.clip(light @ to_xyz(primaries).T @ np.linalg.inv(to_xyz(BT709)).T, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def said(png: bytes, **chunks: bytes) -> bytes:
    """Put chunks before a PNG's pixels."""
    return png[:33] + b"".join(chunk(name.encode(), content) for name, content in chunks.items()) + png[33:]


def shown(data: bytes, cicp: bytes = b"") -> np.ndarray[Any, np.dtype[np.float64]]:
    with Image.open(io.BytesIO(data)) as opened:
        return np.asarray(to_srgb(opened, opened.info, cicp)).astype(float)[0, :, :3]


def gama(gamma: float) -> bytes:
    return struct.pack(">I", round(100_000 * gamma))


def chrm(primaries: Any) -> bytes:
    return struct.pack(">8I", *(round(100_000 * value) for point in (D65, *primaries) for value in point))


PNG = encoded(strip())
LINEAR = {"gamma": 1.0}


@pytest.mark.parametrize(
    ("chunks", "cicp", "expected"),
    [
        ({}, b"", meant()),
        ({"gAMA": gama(1.0)}, b"", meant(gamma=1.0)),
        ({"gAMA": gama(1 / 1.8)}, b"", meant(gamma=1.8)),
        ({"gAMA": gama(0.45455)}, b"", meant()),
        ({"gAMA": gama(0.45455), "cHRM": chrm(BT709)}, b"", meant()),
        ({"gAMA": gama(0.45455), "cHRM": chrm(ADOBE)}, b"", meant(ADOBE)),
        ({"gAMA": gama(1.0), "cHRM": chrm(P3)}, b"", meant(P3, 1.0)),
        ({"cHRM": chrm(P3)}, b"", meant(P3)),
        ({"sRGB": b"\0", "gAMA": gama(1.0), "cHRM": chrm(P3)}, b"", meant()),
        ({"gAMA": gama(1.0), "cHRM": chrm(P3), "sRGB": b"\0"}, b"", meant()),
        ({"sRGB": b"\0"}, bytes([12, 13, 0, 1]), meant(P3)),
        ({}, bytes([1, 8, 0, 1]), meant(gamma=1.0)),
        # What asks for a screen's brightness, or says nonsense, says nothing.
        ({}, bytes([9, 16, 0, 1]), meant()),
        ({}, bytes([12, 13, 1, 1]), meant()),
        ({"gAMA": gama(0)}, b"", meant()),
        ({"gAMA": gama(1.0), "cHRM": bytes(32)}, b"", meant()),
    ],
)
def test_a_png_says_its_colours_in_many_ways(
    chunks: dict[str, bytes], cicp: bytes, expected: np.ndarray[Any, np.dtype[np.float64]]
) -> None:
    assert np.abs(shown(said(PNG, **chunks), cicp) - expected).max() <= 3


def linear_profile(name: str) -> bytes:
    """Make sRGB's profile linear, and call it something."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    at = profile.index(b"para\0\0\0\0")
    # A curve of parameters becomes a bare exponent of 1, which takes less room.
    return (profile[:at] + struct.pack(">4s4xH2xi", b"para", 0, 65536) + profile[at + 16 :]).replace(
        "sRGB".encode("utf-16-be"), name.encode("utf-16-be")
    )


@pytest.mark.parametrize("name", ["sRGB", "line", "xxxx"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_what_a_profile_does_counts_and_not_its_name(name: str, kind: str) -> None:
    options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {"quality": 100, "subsampling": 0}
    image = strip().resize((len(COLOURS) * 8, 8), Image.Resampling.NEAREST)
    data = encoded(image, kind, icc_profile=linear_profile(name), **options)
    assert np.abs(shown(data)[4::8] - meant(gamma=1.0)).max() <= 8


def test_a_profile_of_srgb_changes_nothing_under_any_name() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    renamed = profile.replace("sRGB".encode("utf-16-be"), "what".encode("utf-16-be"))
    assert np.array_equal(shown(encoded(strip(), icc_profile=renamed)), np.array(COLOURS))


def grey_profile(gamma: float) -> bytes:
    """Write a profile for greys of an exponent (ICC.1:2022, 8.3.2)."""
    curve = struct.pack(">4s4xIH2x", b"curv", 1, round(gamma * 256))
    white = struct.pack(">4s4x3i", b"XYZ ", 63190, 65536, 54061)
    table = struct.pack(">I4sII4sII", 2, b"wtpt", 156, 20, b"kTRC", 176, 16)
    head = struct.pack(">I4xI4s4s4s12x4s28x3i48x", 192, 0x02100000, b"mntr", b"GRAY", b"XYZ ", b"acsp",
                       63190, 65536, 54061)  # fmt: skip
    return head + table + white + curve


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_grey_profile_is_applied_to_greys_with_and_without_alpha(mode: str) -> None:
    grey = Image.new(mode, (4, 4), 188 if mode == "L" else (188, 77))
    with Image.open(io.BytesIO(encoded(grey, icc_profile=grey_profile(1.0)))) as opened:
        made = to_srgb(opened, opened.info)
    assert made.mode == ("RGB" if mode == "L" else "RGBA")
    red, green, blue, *alpha = made.getpixel((1, 1))  # type: ignore[misc] # these modes have several channels
    assert abs(red - 223) <= 2
    assert red == green == blue
    assert alpha == ([] if mode == "L" else [77])


@pytest.mark.parametrize(
    ("mode", "profile"),
    [("RGB", grey_profile(1.0)), ("CMYK", linear_profile("line")), ("L", b"junk"), ("LA", bytes(4000))],
)
def test_a_profile_for_other_channels_is_ignored(mode: str, profile: bytes) -> None:
    image = strip(mode)
    made = to_srgb(image, {"icc_profile": profile})
    assert np.array_equal(np.asarray(made), np.asarray(image.convert(made.mode)))
