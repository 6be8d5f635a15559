"""A camera move cut into steps: fractional powers of a homography, so that a zoom keeps one constant rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import Matrix


_SQUARE_ROOT_COUNT = 8


class HomographyPath:
    """The way of a camera from the identity at 0 to `move` at 1."""

    def __init__(self, homography: Matrix) -> None:
        # The matrix logarithm by inverse scaling and squaring: near the identity its series converges fast.
        root = homography / np.cbrt(np.linalg.det(homography))
        for _ in range(_SQUARE_ROOT_COUNT):
            root = _compute_square_root(root)
        step = root - np.eye(3)
        self._log: Matrix = 2**_SQUARE_ROOT_COUNT * (step - step @ step / 2 + step @ step @ step / 3)

    def evaluate(self, exponent: float) -> Matrix:
        """Return the move's power; any place is allowed, beyond 0 … 1 it goes on or back."""
        small = self._log * (exponent / 2**_SQUARE_ROOT_COUNT)
        power: Matrix = np.eye(3) + small + small @ small / 2 + small @ small @ small / 6
        for _ in range(_SQUARE_ROOT_COUNT):
            power = power @ power
        return power


def _compute_square_root(matrix: Matrix) -> Matrix:
    # Denman-Beavers iteration; converges for every matrix without real negative eigenvalues.
    root, inverse = matrix, np.eye(3, dtype=np.float64)
    for _ in range(12):
        root, inverse = (root + np.linalg.inv(inverse)) / 2, (inverse + np.linalg.inv(root)) / 2
    return root
