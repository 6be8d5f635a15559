"""How servers with `/v1/videos` differ: one file for each of them."""
