"""Operations on arrays of pixels: filters, cropping, warping, noise. Knows nothing of scenes or shots."""
