"""The recipes of the pipelines: one file for each class of Diffusers, and the table of all."""
