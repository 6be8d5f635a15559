"""The modes of the engine, one a file: each makes the frames of one operation."""
