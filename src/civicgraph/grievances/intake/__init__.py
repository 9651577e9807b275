"""How reports come in: what is asked of whom, what is dangerous, what is the same, what is no report."""
