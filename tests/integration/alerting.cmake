# SPDX-License-Identifier: Apache-2.0
# plimsoll-alerting and plimsoll-referral with a made-up comparison beside them.
if(TARGET plimsoll-alerting AND TARGET plimsoll-referral)
  add_test(NAME test_alerting
           COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/pg_temp.sh -s alerting -s referral
                   /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/test_alerting.py
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(test_alerting PROPERTIES TIMEOUT 300 LABELS integration
    ENVIRONMENT "PLIMSOLL_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};PLIMSOLL_SLOW=$<$<BOOL:${PLIMSOLL_SANITIZE}>:1>")
endif()
