# SPDX-License-Identifier: Apache-2.0
if(TARGET dashboard_store)
  integration_test(test_dashboard_sql LIBS dashboard_store SCHEMAS dashboard)
endif()
