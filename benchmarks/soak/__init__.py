"""What the test suite is too short for: crowds, dawdlers and floods against a real server process."""
