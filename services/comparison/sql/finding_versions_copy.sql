-- finding_versions_copy(): what was published about findings
COPY finding_version (finding, version, household, seq, day, position, causation, open, data) FROM STDIN (FORMAT binary)
