"""The worker: claims tasks, has them rendered, finishes and settles them."""
