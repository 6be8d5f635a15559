"""How a worker announces itself to other nodes: that it runs, its slots, the health of its engines."""
