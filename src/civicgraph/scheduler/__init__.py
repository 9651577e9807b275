"""The scheduler: deadlines, the leader's lease, and the heartbeat that looks at both."""
