"""Events 活动: culture nights, safety drills, policy classes, forums, consultations."""
