-- copy_quarantine() -> rejected records of one batch, sealed
COPY quarantine (dataset, department, source, batch, index, code, pointer, message, record, key_version) FROM STDIN (FORMAT binary)
