# Unit tests of the policy language and engine.
if(NOT TARGET comparison_policy)
  include(${CMAKE_CURRENT_LIST_DIR}/../../services/comparison/policy.cmake)
  list(TRANSFORM POLICY_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/../../services/comparison/)
  add_library(comparison_policy STATIC ${POLICY_SOURCES})
  target_include_directories(comparison_policy PUBLIC ${CMAKE_CURRENT_LIST_DIR}/../../services/comparison)
  target_link_libraries(comparison_policy PUBLIC common_json common_config common_domain common_base plimsoll_flags)
endif()
