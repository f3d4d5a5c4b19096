# SPDX-License-Identifier: Apache-2.0
if(TARGET plimsoll-intake AND TARGET plimsoll)
  integration_test(test_intake_sql LIBS intake_core SCHEMAS intake)
  foreach(part "" _list _trouble _queue _rotation _erase _grants _persons)
    add_test(NAME test_intake${part}
             COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/pg_temp.sh -s intake /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/test_intake${part}.py
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(test_intake${part} PROPERTIES TIMEOUT 300 LABELS integration
      ENVIRONMENT "INTAKE=$<TARGET_FILE:plimsoll-intake>;PLIMSOLL=$<TARGET_FILE:plimsoll>;PLIMSOLL_SLOW=$<$<BOOL:${PLIMSOLL_SANITIZE}>:1>")
  endforeach()
endif()
