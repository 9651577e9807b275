"""What the clock costs: many deadlines due in one minute, and a tick with nothing due."""
