"""The intake of images and videos: received with a request, gathered for a render."""
