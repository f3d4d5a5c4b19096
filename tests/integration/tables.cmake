# SPDX-License-Identifier: Apache-2.0
add_test(NAME tables COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/test_tables.py WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(tables PROPERTIES TIMEOUT 60 LABELS integration ENVIRONMENT "PLIMSOLL_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
