"""What a video states about its origin, and whether that is true; knows no orders and no database."""
