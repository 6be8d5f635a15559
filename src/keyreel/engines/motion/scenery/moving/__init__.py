"""Moving things in a drawn scene: birds, cars, specks."""
