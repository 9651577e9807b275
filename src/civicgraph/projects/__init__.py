"""Investment projects 招商引资项目: their stages, money and milestones, and what they add up to."""
