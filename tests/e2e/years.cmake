# SPDX-License-Identifier: Apache-2.0
e2e_test(years TIMEOUT 1200 LABEL e2e)
