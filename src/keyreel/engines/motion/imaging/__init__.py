"""Operations on pixel arrays: filters, cropping, warping, noise. Independent of scenes and shots."""
