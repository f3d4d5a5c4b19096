# SPDX-License-Identifier: Apache-2.0
include(${CMAKE_SOURCE_DIR}/services/cli/synth.cmake)
list(TRANSFORM CLI_SYNTH_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/services/cli/)
unit_test(test_synth SOURCES ${CLI_SYNTH_SOURCES} LIBS common_json common_config common_domain common_base)
target_include_directories(test_synth PRIVATE ${CMAKE_SOURCE_DIR}/services/cli)
