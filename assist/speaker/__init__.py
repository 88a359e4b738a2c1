"""Whose voice it is: enrolment with consent, and passive verification while a caller speaks."""
