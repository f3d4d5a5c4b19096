# SPDX-License-Identifier: Apache-2.0
if(TARGET comparison_core)
  integration_test(test_comparison_run LIBS comparison_core SCHEMAS comparison SOURCES comparison_fixture.c TIMEOUT 300
                   SQL testcomparison ${CMAKE_CURRENT_SOURCE_DIR}/sql_comparison)
endif()
