-- clock_read() -> business day, last day that is all assessed, day asked for
SELECT day, finished, target FROM clock
