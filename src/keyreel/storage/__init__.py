"""Storage of files, and the signed URLs to download them."""
