"""Music, speech and ambience as arrays of samples; knows no files, no wire formats and no tasks."""
