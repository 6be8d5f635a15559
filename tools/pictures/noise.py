"""Deterministic noise fields and a small erosion model; knows nothing of cameras or colours."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
"""float32, any shape."""


def gradient_noise(side: int, cells: int, seed: int) -> Field:
    """Return Perlin noise in about -0.7 … 0.7 over a square that repeats; `cells` divides it."""
    angles = np.random.default_rng(seed).uniform(0, 2 * np.pi, (cells, cells))
    at = np.arange(side, dtype=np.float32) * (cells / side)
    low = at.astype(int)
    part = at - low
    smooth = part**3 * (part * (part * 6 - 15) + 10)
    corners = []
    for down in (0, 1):
        for right in (0, 1):
            angle = angles[np.ix_((low + down) % cells, (low + right) % cells)]
            corners.append(np.cos(angle) * (part[None] - right) + np.sin(angle) * (part[:, None] - down))
    across, along = smooth[None], smooth[:, None]
    top = corners[0] + (corners[1] - corners[0]) * across
    bottom = corners[2] + (corners[3] - corners[2]) * across
    return (top + (bottom - top) * along).astype(np.float32)


def fractal(side: int, cells: int, octaves: int, seed: int, *, gain: float = 0.5) -> Field:
    """Return fractal noise with a standard deviation of 1; it repeats."""
    total = np.zeros((side, side), np.float32)
    for octave in range(octaves):
        if cells << octave > side // 2:
            break
        total += gain**octave * gradient_noise(side, cells << octave, seed + octave)
    return (total - total.mean()) / total.std()


def ridged(side: int, cells: int, octaves: int, seed: int) -> Field:
    """Return sharp-crested noise in 0 … 1: each octave is strong only where the one before is high."""
    total = np.zeros((side, side), np.float32)
    weight: Field = np.ones_like(total)
    for octave in range(octaves):
        crest = (1 - np.abs(gradient_noise(side, cells << octave, seed + octave)) * 1.6) ** 2
        total += 0.50**octave * crest * weight
        weight = np.clip(crest * 1.4, 0, 1)
    return (total - total.min()) / (total.max() - total.min())


def smoothstep(low: float | Field, high: float | Field, value: Field) -> Field:
    """Return 0 below `low`, 1 above `high`, and a soft step between."""
    part = np.clip((value - low) / (high - low), 0, 1)
    return (part * part * (3 - 2 * part)).astype(np.float32)


def look_up(field: Field, across: Field, down: Field, *, repeat: bool = False) -> Field:
    """Sample a map at fractional columns and rows."""
    border = cv2.BORDER_WRAP if repeat else cv2.BORDER_REPLICATE
    height, width = field.shape[:2]
    across, down = np.broadcast_arrays(across, down)
    if repeat:
        across, down = np.mod(across, width), np.mod(down, height)
    # OpenCV takes at most 32767 rows: any shape becomes rows of 4096.
    rows = -(-across.size // 4096)
    folded = [
        np.resize(np.ravel(part).astype(np.float32), rows * 4096).reshape(rows, 4096)
        for part in (across, down)
    ]
    blocks = [
        cv2.remap(
            field,
            folded[0][top : top + 16384],
            folded[1][top : top + 16384],
            cv2.INTER_LINEAR,
            borderMode=border,
        )
        for top in range(0, rows, 16384)
    ]
    return np.concatenate(blocks).reshape(-1)[: across.size].reshape(across.shape)


def eroded(ground: Field, cell: float, seed: int, *, drops: int = 5_000, rounds: int = 70) -> Field:
    """Let rain run over the ground (metres, `cell` metres wide cells) and carve its gullies."""
    rng = np.random.default_rng(seed)
    heights = (ground / cell).astype(np.float64)
    for _ in range(rounds):
        _rain(heights, rng.uniform(1, heights.shape[0] - 3, (2, drops)))
    return (heights * cell).astype(np.float32)


def _rain(heights: NDArray[np.float64], at: NDArray[np.float64]) -> None:
    """Run one batch of drops at the same time; `at` is rows and columns."""
    side = heights.shape[0]
    flat = heights.reshape(-1)
    way = np.zeros_like(at)
    water, speed, load = np.ones(at.shape[1]), np.ones(at.shape[1]), np.zeros(at.shape[1])
    for _ in range(52):
        base, near, shares = _corners(flat, side, at)
        slope = np.stack(
            [
                (near[2] - near[0]) * (shares[0] + shares[2]) + (near[3] - near[1]) * (shares[1] + shares[3]),
                (near[1] - near[0]) * (shares[0] + shares[1]) + (near[3] - near[2]) * (shares[2] + shares[3]),
            ]
        )
        way = way * 0.1 - slope * 0.9
        way /= np.maximum(np.hypot(*way), 1e-9)
        at = np.clip(at + way, 1, side - 3)
        _, ahead, ahead_shares = _corners(flat, side, at)
        drop = (ahead * ahead_shares).sum(0) - (near * shares).sum(0)
        room = np.maximum(-drop, 0.01) * speed * water * 4
        settles = np.where(drop > 0, np.minimum(drop, load), np.maximum(load - room, 0) * 0.3)
        digs = np.where(drop > 0, 0, np.minimum(np.maximum(room - load, 0) * 0.3, -drop * 0.4))
        load += digs - settles
        for offset, share in zip((0, 1, side, side + 1), shares, strict=True):
            np.add.at(flat, base + offset, (settles - digs) * share)
        speed = np.sqrt(np.clip(speed**2 - drop * 4, 0.01, 9))
        water *= 0.985


def _corners(
    flat: NDArray[np.float64], side: int, at: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each place, the index of its cell, the heights of its four corners and their shares."""
    cell = at.astype(np.int64)
    down, right = at - cell
    base = cell[0] * side + cell[1]
    near = np.stack([flat[base], flat[base + 1], flat[base + side], flat[base + side + 1]])
    shares = np.stack([(1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right])
    return base, near, shares
