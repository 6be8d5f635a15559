"""The bundled neural networks, and measurements of images with them."""
