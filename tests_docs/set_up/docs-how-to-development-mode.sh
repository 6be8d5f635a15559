unset KEYREEL_BASE_URL KEYREEL_API_KEY KEYREEL_ADMIN_TOKEN  # the page is about a server of its own
