"""Particle effects: rain, snow, sparks, leaves and petals."""
