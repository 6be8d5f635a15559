"""The recipes of the pipelines: one file per Diffusers class, and the table of all."""
