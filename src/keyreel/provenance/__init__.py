"""What a file says about its own making, and whether it is true; knows no orders and no database."""
