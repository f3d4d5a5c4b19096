-- reset(): as after the migrations
DO $$
BEGIN
    TRUNCATE term, person, household, support, region, fact_version, facts_event, enrolment, finding, finding_version, outcome, stream,
        stream_head, cursor, input, poison, policy_file, policy_in_force, protection, waiting, person_same, person_same_version, ruling,
        dataset_time, dataset_key, comparison_run RESTART IDENTITY;
    UPDATE history_tail SET chunk = 0, rows = 0;
    UPDATE clock SET day = NULL, first = NULL, finished = NULL, target = NULL, after = 0, everybody = false, policy = '', region = '',
        scheduled = false, entry = 0;
END $$
