"""The shipped neural networks, and what is read from images with them."""
