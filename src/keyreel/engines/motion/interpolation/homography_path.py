"""A camera move in steps: fractional powers of a homography, so that a zoom keeps a constant rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import Matrix


_SQUARE_ROOT_COUNT: Final = 8
"""How often the square root is taken before the logarithm's series: 2**8 steps."""


class HomographyPath:
    """The path of a camera from the identity at 0 to `homography` [3, 3] at 1, by the matrix logarithm."""

    def __init__(self, homography: Matrix) -> None:
        # Inverse scaling and squaring: near the identity the logarithm's series converges fast.
        root = homography / np.cbrt(np.linalg.det(homography))
        for _ in range(_SQUARE_ROOT_COUNT):
            root = _compute_square_root(root)
        step = root - np.eye(3)
        self._log: Matrix = 2**_SQUARE_ROOT_COUNT * (step - step @ step / 2 + step @ step @ step / 3)

    def evaluate(self, exponent: float) -> Matrix:
        """Return the homography's power [3, 3], for any exponent: beyond 0 … 1 the move goes on, or back."""
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
