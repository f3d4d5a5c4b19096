# SPDX-License-Identifier: Apache-2.0
unit_test(test_event_head LIBS common_event)
if(TARGET intake_core)
  unit_test(test_intake_vault LIBS intake_core)
  unit_test(test_intake_dataset LIBS intake_core)
  unit_test(test_intake_record LIBS intake_core)
  unit_test(test_intake_samples LIBS intake_core)
  unit_test(test_intake_door LIBS intake_core)
endif()
