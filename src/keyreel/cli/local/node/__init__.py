"""The parts of a node: what every one opens of its installation, what a server needs, what a worker needs."""
