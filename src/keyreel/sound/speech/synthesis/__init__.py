"""Speech synthesis: text to phonemes, phonemes to samples."""
