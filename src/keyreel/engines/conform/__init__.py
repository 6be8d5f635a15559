"""Conforming: adapts a model's frames to the order, in number, rate, size, and keyframes."""
