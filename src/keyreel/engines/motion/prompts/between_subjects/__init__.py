"""What a prompt says of subjects beside each other: how tall they usually are, and how they are to one another."""
