if(TARGET plimsoll-dashboard)
  e2e_test(dashboard TIMEOUT 600 LABEL e2e)
endif()
