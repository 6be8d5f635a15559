"""What is heard: music, speech and ambience as arrays; knows no files, no wire and no tasks."""
