-- savepoint_release()
RELEASE SAVEPOINT part
