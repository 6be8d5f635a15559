"""What type checkers know of each model: its fields, and the calls that take them. Partly generated."""
