e2e_test(outsider TIMEOUT 600 LABEL e2e)
