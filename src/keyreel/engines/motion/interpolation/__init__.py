"""Frames between two keyframes: registration, optical flow, moving objects, transitions, end velocity."""
