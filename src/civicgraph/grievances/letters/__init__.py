"""E-mail that comes in: a letter is read here, and becomes a report, or an answer to one."""
