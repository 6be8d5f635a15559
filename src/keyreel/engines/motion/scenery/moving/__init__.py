"""What moves in a drawn scene: birds, cars, specks."""
