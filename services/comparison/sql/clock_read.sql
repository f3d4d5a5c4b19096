-- clock_read() -> business day, still being worked on, day asked for
SELECT day, working, target FROM clock
