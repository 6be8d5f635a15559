"""What is done to an engine's clip until it is a video to hand out; knows no engines and no storage."""
