-- connect_plans(): one plan for a statement, whatever is in its arrays: with a long one the planner would read the whole register,
-- and it plans anew for each run.  The plan is made when the tables may be empty, and kept while they grow: by the index, then, too.
SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off
