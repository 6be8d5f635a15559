"""Where files are kept, and the signed addresses under which they can be had."""
