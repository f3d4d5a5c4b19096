# SPDX-License-Identifier: Apache-2.0
# The service skeleton: two small services, driven from outside by Python's zmq.
add_executable(svc_node svc_node.c)
target_link_libraries(svc_node PRIVATE common_svc common_domain)
embed_sql(svc_node svcproducer ${CMAKE_CURRENT_SOURCE_DIR}/sql_svc_producer)
embed_sql(svc_node svcconsumer ${CMAKE_CURRENT_SOURCE_DIR}/sql_svc_consumer)
foreach(part requests stream trouble following)
  add_test(NAME test_svc_${part}
           COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/pg_temp.sh -s intake -s comparison
                   /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/test_svc_${part}.py
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(test_svc_${part} PROPERTIES TIMEOUT 300 LABELS integration
    ENVIRONMENT "SVC_NODE=$<TARGET_FILE:svc_node>;PLIMSOLL_SLOW=$<$<BOOL:${PLIMSOLL_SANITIZE}>:1>")
endforeach()

# The door alone, as the sockets of libzmq meet it.
add_executable(bus_echo bus_echo.c)
target_link_libraries(bus_echo PRIVATE common_bus plimsoll_flags)
add_test(NAME bus_interop COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/test_bus_interop.py WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(bus_interop PROPERTIES TIMEOUT 240 LABELS integration ENVIRONMENT "BUS_ECHO=$<TARGET_FILE:bus_echo>")
