"""Lengths whose Fourier transform is fast: products of small prime factors; knows no sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PRIMES: Final = (2, 3, 5)
_LARGEST_LENGTH: Final = 2**31  # samples: twelve hours


def find_fft_length(count: int) -> int:
    """Return the next length, in samples, with 2, 3 and 5 as its only prime factors; at most 2^31."""
    return int(_FFT_LENGTHS[np.searchsorted(_FFT_LENGTHS, count)])


def list_smooth_numbers(limit: int, primes: tuple[int, ...]) -> NDArray[np.int64]:
    """Return every number up to `limit` that has no other prime factors, in order: int64 [count]."""
    found = np.ones(1, np.int64)
    for prime in primes:
        powers = [1]
        while powers[-1] * prime <= limit:
            powers.append(powers[-1] * prime)
        products = np.outer(found, np.array(powers, np.int64)).ravel()
        found = products[products <= limit]
    return np.sort(found)


_FFT_LENGTHS: Final = list_smooth_numbers(_LARGEST_LENGTH, _PRIMES)
