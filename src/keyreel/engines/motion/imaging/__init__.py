"""Operations on pixel arrays: filters, cropping, warping, noise."""
