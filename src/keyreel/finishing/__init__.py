"""The steps from an engine's clip to the video that is delivered; knows no engines and no storage."""
