"""What the nodes of an installation share beside tasks: sealed secrets, and which workers there are."""
