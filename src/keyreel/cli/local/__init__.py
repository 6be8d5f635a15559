"""What commands do in a data folder on this machine."""
