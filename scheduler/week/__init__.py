"""One week: what it asks for, and the rules of its days, written once.

- `calendar` says which days are closed and what is due, `pins` which pins cannot be kept, and `problem`
  makes the `Problem` of all that;
- `score` counts the terms of the score, `stops` says when a day's stops can start and `ways` what leads from
  one to the next; `schedule` finds the best day for a sequence of stops, and `assemble` makes the roster.
"""
