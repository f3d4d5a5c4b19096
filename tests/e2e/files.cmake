# SPDX-License-Identifier: Apache-2.0
e2e_test(files TIMEOUT 300 LABEL e2e)
e2e_test(clients TIMEOUT 300 LABEL e2e)
e2e_test(naughty TIMEOUT 300 LABEL e2e)
