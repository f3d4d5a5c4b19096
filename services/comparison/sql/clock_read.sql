-- clock_read() -> business day, last day that is all assessed, day asked for, whether all are assessed, where, and how far, policy, region, first business day,
--   whether the day's schedule is under way, its entry
SELECT day, finished, target, everybody, after, policy, region, first, scheduled, entry FROM clock
