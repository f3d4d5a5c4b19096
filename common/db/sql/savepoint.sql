-- savepoint() -> the one level that the bisection of a batch needs
SAVEPOINT part
