# SPDX-License-Identifier: Apache-2.0
integration_test(test_db LIBS common_db SCHEMAS one two SQL testdb ${CMAKE_CURRENT_SOURCE_DIR}/sql_db)
embed_sql(test_db testbroken ${CMAKE_CURRENT_SOURCE_DIR}/sql_db_broken)
embed_sql(test_db testwrong ${CMAKE_CURRENT_SOURCE_DIR}/sql_db_wrong)
integration_test(test_db_trouble LIBS common_db SCHEMAS one two SQL testdb ${CMAKE_CURRENT_SOURCE_DIR}/sql_db)
embed_sql(test_db_trouble testbroken ${CMAKE_CURRENT_SOURCE_DIR}/sql_db_broken)
