-- forget_findings(): as if nothing had ever been found
DO $$
BEGIN
    TRUNCATE finding, finding_version;
END $$
