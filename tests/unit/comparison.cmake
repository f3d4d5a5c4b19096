# SPDX-License-Identifier: Apache-2.0
if(TARGET comparison_core)
  unit_test(test_comparison_pack LIBS comparison_core)
  unit_test(test_comparison_record LIBS comparison_core)
  unit_test(test_comparison_rules LIBS comparison_core)
  unit_test(test_comparison_standing LIBS comparison_core)
  unit_test(test_comparison_terms LIBS comparison_core)
  unit_test(test_policy_set LIBS comparison_policy)
endif()
