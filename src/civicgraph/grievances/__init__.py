"""Grievances 诉求: reported by residents and enterprises, worked by staff, watched by everyone."""
