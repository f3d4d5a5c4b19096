# SPDX-License-Identifier: Apache-2.0
# The layers from base to lifecycle.
set(PLIMSOLL_CONFORMANCE ${CMAKE_SOURCE_DIR}/../shared/conformance CACHE PATH
  "folder with json-parsing/ and json-schema/, the public conformance suites; tests skip without it")

foreach(test test_json_conformance test_schema_conformance)
  unit_test(${test} LIBS common_schema common_json DEFINES CONFORMANCE_DIR="${PLIMSOLL_CONFORMANCE}")
  set_tests_properties(${test} PROPERTIES SKIP_RETURN_CODE 77)
endforeach()

unit_test(test_base LIBS common_base)
unit_test(test_arena_poison LIBS common_base)
unit_test(test_sanitizers LIBS common_base)
set_tests_properties(test_arena_poison test_sanitizers PROPERTIES SKIP_RETURN_CODE 77)
unit_test(test_domain LIBS common_domain)
unit_test(test_domain_document LIBS common_domain)
unit_test(test_log LIBS common_log common_metrics common_json)
unit_test(test_json LIBS common_json)
unit_test(test_json_build LIBS common_json)
unit_test(test_event LIBS common_event common_lifecycle)
unit_test(test_config LIBS common_config)
unit_test(test_schema LIBS common_schema)
