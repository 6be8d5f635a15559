"""Music, speech, and ambience as arrays of samples. Independent of files, wire formats, and tasks."""
