"""The shipped neural networks, and what is read from pictures with them."""
