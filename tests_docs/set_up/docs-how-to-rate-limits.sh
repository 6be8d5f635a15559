keyreel tenants create studio >/dev/null 2>&1 || true
KEY_ID=$(keyreel keys create --tenant "of-$RANDOM" --new-tenant --json | python -c 'import json, sys; print(json.load(sys.stdin)["id"])')
