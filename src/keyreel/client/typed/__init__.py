"""Types for type checkers: each model's fields, and the calls that take them. Partly generated."""
