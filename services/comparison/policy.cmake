# Sources of library comparison_policy, relative to this folder.
set(POLICY_SOURCES
  policy_check_frac.c policy_check_frame.c policy_check_logic.c policy_check_reach.c policy_check_slope.c policy_check_earn.c policy_check_step.c policy_check_use.c policy_hint.c
  policy.c policy_version.c policy_number.c policy_problem.c policy_source.c policy_file.c policy_unit.c policy_lex.c policy_parse.c policy_print.c policy_read.c policy_read_param.c
  policy_read_value.c policy_read_fact.c policy_read_category.c policy_read_overlap.c policy_resolve.c policy_resolve_def.c policy_resolve_fact.c policy_program.c
  policy_compile.c policy_compile_fraction.c policy_compile_category.c policy_column.c
  policy_columns.c policy_plan.c policy_plan_place.c policy_plan_run.c policy_plan_rules.c policy_plan_flags.c policy_plan_divide.c
  policy_lanes.c policy_lanes_avx2.c policy_lanes_avx512.c policy_block.c policy_block_gather.c
  policy_block_read.c policy_block_date.c policy_reading.c policy_assess.c policy_next_day.c policy_term.c policy_overlap.c policy_view.c policy_evidence.c
  policy_explain.c policy_explain_text.c policy_explain_value.c policy_explain_change.c policy_explain_param.c policy_explain_score.c
  policy_explain_condition.c policy_explain_missing.c policy_explain_supporter.c policy_explain_term.c policy_explain_sentence.c terms.c
  policy_source_of.c policy_case.c policy_case_judge.c policy_case_run.c policy_write.c policy_set.c)

# Plain loops that the compiler turns into vector instructions; not where one wants to step through them.
set_source_files_properties(policy_lanes.c policy_lanes_avx2.c policy_lanes_avx512.c
  PROPERTIES COMPILE_OPTIONS $<$<NOT:$<CONFIG:Debug>>:-O3>)
