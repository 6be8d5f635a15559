"""The modes of the engine, one per file. Each makes the frames of one operation."""
