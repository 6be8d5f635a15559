"""Speech: the dialogue of a video as a sound track."""
