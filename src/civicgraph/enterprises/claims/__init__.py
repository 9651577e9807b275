"""Who acts for an enterprise: people whose accounts claimed its entry of the register."""
