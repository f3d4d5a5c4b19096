-- read_only() -> what this session does from now on writes nothing
SET default_transaction_read_only = on
