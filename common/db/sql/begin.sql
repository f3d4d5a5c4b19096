-- begin() -> opens a read-write transaction
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE
