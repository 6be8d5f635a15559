"""Reference subjects: cut out, placed in a scene, moved, and drawn."""
