keyreel tenants create studio >/dev/null 2>&1 || true
