"""Effects over a shot: rain, snow, fog, fire, light, wind, moving water. `shot_effects` has the table."""
