-- savepoint_rollback() -> the savepoint stays and can be used again
ROLLBACK TO SAVEPOINT part
