# The printed sheet of an explanation.
set(cli ${CMAKE_CURRENT_LIST_DIR}/../../services/cli)
unit_test(test_explain_sheet LIBS common_bus common_event common_json common_domain common_base
  SOURCES ${cli}/explain_text.c ${cli}/explain_category.c ${cli}/explain_sum.c ${cli}/explain_change.c ${cli}/explain_supporter.c
  ${cli}/explain_write.c)
target_include_directories(test_explain_sheet PRIVATE ${cli})
