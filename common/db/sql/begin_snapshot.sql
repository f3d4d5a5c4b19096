-- begin_snapshot() -> opens a transaction that sees one instant and writes nothing
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY
