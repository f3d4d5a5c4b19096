-- clock_read() -> business day, last day that is all assessed, day asked for, whether all are assessed and how far, policy
SELECT day, finished, target, everybody, after, policy FROM clock
