"""The parts of a node: what all nodes open, what a server needs, and what a worker needs."""
