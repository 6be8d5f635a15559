"""The steps from an engine's clip to the delivered video. Independent of engines and storage."""
