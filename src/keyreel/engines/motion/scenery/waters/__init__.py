"""Waters: open water and its ripples, the world below its surface, and waterfalls."""
