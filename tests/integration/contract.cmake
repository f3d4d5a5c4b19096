# SPDX-License-Identifier: Apache-2.0
# The contract in files: schemas, asyncapi.yaml, the binaries' own descriptions, and recorded messages of every type.
add_executable(contract_validate contract_validate.c)
target_link_libraries(contract_validate PRIVATE common_schema plimsoll_flags)
add_test(NAME contract_files COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/contract_check.py WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(contract_files PROPERTIES TIMEOUT 120 LABELS contract
  ENVIRONMENT "PLIMSOLL_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};PLIMSOLL_SLOW=$<$<BOOL:${PLIMSOLL_SANITIZE}>:1>")
