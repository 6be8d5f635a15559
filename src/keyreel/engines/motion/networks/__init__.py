"""The shipped neural networks, and what is measured in images with them."""
