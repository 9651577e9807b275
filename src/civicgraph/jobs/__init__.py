"""Work near home 就业推荐: vacancies of enterprises, and referrals that staff follow to the first working day."""
