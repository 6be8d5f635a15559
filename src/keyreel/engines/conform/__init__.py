"""Conforming: the frames of any model become exactly the order's, in number, rate, size and keyframes."""
