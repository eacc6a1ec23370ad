"""Chance in a week: rides, conversations, citizens who do not come and illness, drawn many times over."""
