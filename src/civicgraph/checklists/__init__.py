"""一件事一次办: what belongs together for an enterprise is asked for once, at one window, in one form, and followed to its end."""
