"""The intake of images and videos: received with a request, fetched for a render."""
