"""What the nodes of an installation share besides tasks: encrypted secrets and the list of workers."""
