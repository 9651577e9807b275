"""Accounts: people, their grants over divisions, sessions, tokens, and the audit trail."""
