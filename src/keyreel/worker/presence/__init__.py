"""How a worker makes itself known to the other nodes: that it runs, its slots, how its engines are."""
