"""Working with grievances: teams and their work orders, tags, ready words, saved filters, how much each has to do."""
