"""The production line: claims tasks, has them rendered, finishes and settles them."""
