# SPDX-License-Identifier: Apache-2.0
integration_test(test_db LIBS common_db SCHEMAS one two SQL testdb ${CMAKE_CURRENT_SOURCE_DIR}/sql_db)
embed_sql(test_db testbroken ${CMAKE_CURRENT_SOURCE_DIR}/sql_db_broken)
embed_sql(test_db testwrong ${CMAKE_CURRENT_SOURCE_DIR}/sql_db_wrong)
integration_test(test_db_trouble LIBS common_db PkgConfig::PQ SCHEMAS one two SQL testdb ${CMAKE_CURRENT_SOURCE_DIR}/sql_db)
embed_sql(test_db_trouble testbroken ${CMAKE_CURRENT_SOURCE_DIR}/sql_db_broken)
integration_test(test_db_lane LIBS common_db SCHEMAS one two SQL testdb ${CMAKE_CURRENT_SOURCE_DIR}/sql_db)
foreach(test test_stream test_stream_page test_stream_verify)
  integration_test(${test} LIBS common_stream SCHEMAS intake comparison alerting
                   SQL teststream ${CMAKE_CURRENT_SOURCE_DIR}/sql_stream)
endforeach()
# it checks the statements of `plimsoll verify`, too
target_include_directories(test_stream_verify PRIVATE ${CMAKE_BINARY_DIR}/common/stream/sql)
