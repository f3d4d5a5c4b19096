-- clock_read() -> business day, last day that is all assessed, day asked for, last household of a day for all
SELECT day, finished, target, after FROM clock
