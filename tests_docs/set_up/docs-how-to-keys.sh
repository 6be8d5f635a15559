KEY_ID=$(keyreel keys create --tenant "of-$RANDOM" --new-tenant --json | python -c 'import json, sys; print(json.load(sys.stdin)["id"])')
