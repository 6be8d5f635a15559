"""Images with enough in them to be moved, matched and cut out."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Pixels = NDArray[np.uint8]


def landscape(width: int = 480, height: int = 270, shift: float = 0.0, seed: int = 3) -> Pixels:
    """Draw hills under a sky, seen from a place `shift` pixels to the side."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for row in range(height):
        tone = row / height
        draw.line([(0, row), (width, row)], (int(90 + 120 * tone), int(140 + 70 * tone), 220))
    for layer, color in enumerate([(120, 140, 160), (80, 120, 90), (50, 90, 50)]):
        near = 0.4 + 0.3 * layer
        x = np.arange(-100, width + 200)
        waves = sum(np.sin(x / scale + random.uniform(0, 6)) * scale / 5 for scale in (15, 40, 90))
        ground = height * (0.45 + 0.17 * layer) + waves
        points = [(float(a) - near * shift, float(b)) for a, b in zip(x, ground, strict=True)]
        draw.polygon([*points, (width + 200, height), (-100, height)], fill=color)
        for place in random.uniform(0, width, 12):
            top = float(np.interp(place, x, ground))
            left, tall = place - near * shift, 8 + 10 * layer
            foot = tall / 3
            draw.polygon([(left - foot, top), (left + foot, top), (left, top - tall)], fill=(20, 60, 30))
    noise = random.normal(0, 4, (height, width, 1))
    return np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)


def character(side: int = 320) -> Pixels:
    """Draw a round creature on plain ground."""
    image = Image.new("RGB", (side, side), (235, 232, 226))
    draw = ImageDraw.Draw(image)
    draw.ellipse([side * 0.25, side * 0.2, side * 0.75, side * 0.85], fill=(210, 80, 40))
    draw.ellipse([side * 0.33, side * 0.32, side * 0.46, side * 0.46], fill=(255, 255, 255))
    draw.ellipse([side * 0.54, side * 0.32, side * 0.67, side * 0.46], fill=(255, 255, 255))
    draw.ellipse([side * 0.38, side * 0.37, side * 0.43, side * 0.43], fill=(20, 20, 30))
    draw.ellipse([side * 0.57, side * 0.37, side * 0.62, side * 0.43], fill=(20, 20, 30))
    return cv2.GaussianBlur(np.asarray(image), (0, 0), 0.8).astype(np.uint8)


def as_data_uri(pixels: Pixels, kind: str = "PNG") -> str:
    """Return the image as clients send it."""
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, kind)
    return f"data:image/{kind.lower()};base64,{b64encode(stream.getvalue()).decode()}"
