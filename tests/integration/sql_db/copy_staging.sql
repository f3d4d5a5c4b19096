-- copy_staging() -> rows of any kind
COPY staging FROM STDIN (FORMAT binary)
