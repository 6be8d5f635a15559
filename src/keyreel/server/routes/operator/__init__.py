"""The operator's routes: accounts, tasks of all tenants, ledger, webhooks, clock."""
