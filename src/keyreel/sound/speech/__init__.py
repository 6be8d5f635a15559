"""Speech: the dialogue of a video, found in its prompts and synthesized."""
