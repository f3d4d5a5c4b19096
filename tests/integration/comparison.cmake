# SPDX-License-Identifier: Apache-2.0
if(TARGET comparison_core)
  integration_test(test_comparison_run LIBS comparison_core SCHEMAS comparison SOURCES comparison_fixture.c comparison_random.c TIMEOUT 600
                   SQL testcomparison ${CMAKE_CURRENT_SOURCE_DIR}/sql_comparison)
  integration_test(test_comparison_ahead LIBS comparison_core SCHEMAS comparison SOURCES comparison_fixture.c comparison_random.c TIMEOUT 600
                   SQL testcomparison ${CMAKE_CURRENT_SOURCE_DIR}/sql_comparison)
  integration_test(test_comparison_ordinal LIBS comparison_core SCHEMAS comparison earlier SOURCES comparison_fixture.c comparison_random.c TIMEOUT 300
                   SQL testcomparison ${CMAKE_CURRENT_SOURCE_DIR}/sql_comparison)
  integration_test(test_comparison_persons LIBS comparison_core SCHEMAS comparison SOURCES comparison_fixture.c comparison_alias.c TIMEOUT 300
                   SQL testcomparison ${CMAKE_CURRENT_SOURCE_DIR}/sql_comparison)
  integration_test(test_comparison_named LIBS comparison_core SCHEMAS comparison SOURCES comparison_fixture.c TIMEOUT 300
                   SQL testcomparison ${CMAKE_CURRENT_SOURCE_DIR}/sql_comparison)
  integration_test(test_comparison_whole LIBS comparison_core SCHEMAS comparison SOURCES comparison_fixture.c comparison_history.c
                   comparison_history_say.c TIMEOUT 600
                   SQL testcomparison ${CMAKE_CURRENT_SOURCE_DIR}/sql_comparison)
  integration_test(test_comparison_links LIBS comparison_core SCHEMAS comparison SOURCES comparison_fixture.c TIMEOUT 300
                   SQL testcomparison ${CMAKE_CURRENT_SOURCE_DIR}/sql_comparison)
  integration_test(test_comparison_waiting LIBS comparison_core SCHEMAS comparison SOURCES comparison_fixture.c TIMEOUT 300
                   SQL testcomparison ${CMAKE_CURRENT_SOURCE_DIR}/sql_comparison)
  integration_test(test_comparison_protection LIBS comparison_core SCHEMAS comparison SOURCES comparison_fixture.c TIMEOUT 300
                   SQL testcomparison ${CMAKE_CURRENT_SOURCE_DIR}/sql_comparison)
endif()
if(TARGET comparison_core)
  # By hand: tests/integration/pg_temp.sh -s comparison build/…/bin/bench_comparison [PERSONS]
  add_executable(bench_comparison EXCLUDE_FROM_ALL bench_comparison.c comparison_fixture.c)
  target_link_libraries(bench_comparison PRIVATE comparison_core PkgConfig::CMOCKA plimsoll_flags)
endif()
if(TARGET plimsoll-comparison)
  add_test(NAME test_comparison
           COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/pg_temp.sh -s comparison /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/test_comparison.py
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(test_comparison PROPERTIES TIMEOUT 300 LABELS integration
    ENVIRONMENT "PLIMSOLL_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};PLIMSOLL_SLOW=$<$<BOOL:${PLIMSOLL_SANITIZE}>:1>")
  foreach(part job shadow authorisation decide check schedule past)
    add_test(NAME test_comparison_${part}
             COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/pg_temp.sh -s comparison /usr/bin/python3
                     ${CMAKE_CURRENT_SOURCE_DIR}/test_comparison_${part}.py
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endforeach()
  set_tests_properties(test_comparison_job test_comparison_shadow test_comparison_authorisation test_comparison_decide test_comparison_check test_comparison_schedule test_comparison_past PROPERTIES TIMEOUT 300 LABELS integration
    ENVIRONMENT "PLIMSOLL_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};PLIMSOLL_SLOW=$<$<BOOL:${PLIMSOLL_SANITIZE}>:1>")
  set_tests_properties(test_comparison_past PROPERTIES TIMEOUT 600) # some 1,500 explanations, each asked for twice
endif()
