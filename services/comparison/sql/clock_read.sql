-- clock_read() -> business day, last day that is all assessed, day asked for, whether all are assessed, where, and how far, policy, region, first business day
SELECT day, finished, target, everybody, after, policy, region, first FROM clock
