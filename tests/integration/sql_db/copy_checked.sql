-- copy_checked() -> refuses 1000 and more
COPY staging_checked FROM STDIN (FORMAT binary)
