"""The measured servers, started as separate processes, and the load on them."""
