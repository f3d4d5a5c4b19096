-- rollback() -> also right in a failed transaction
ROLLBACK
