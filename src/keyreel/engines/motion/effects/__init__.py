"""Effects over a shot: weather, fire, fog, light, wind and moving water."""
