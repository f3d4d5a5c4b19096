-- commit() -> the command tag tells: COMMIT, or ROLLBACK when the transaction had failed
COMMIT
