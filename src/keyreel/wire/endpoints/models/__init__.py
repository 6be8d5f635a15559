"""The models: one file each, one short class for each operation it offers."""
