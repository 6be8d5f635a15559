"""Acting: what people and other beings in an image do by themselves, as small movements of its pixels."""
