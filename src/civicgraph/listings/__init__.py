"""What listings of all rooms share before the public sees them: review, publication at a time, tables."""
