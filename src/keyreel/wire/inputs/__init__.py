"""Images and videos in requests as text: URLs, data URIs. Opens nothing."""
