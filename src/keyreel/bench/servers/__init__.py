"""The servers that are measured, started as processes of their own, and the load that is put on them."""
