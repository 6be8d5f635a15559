"""Image analysis: which sounds an image suggests, and which prompt suits it."""
