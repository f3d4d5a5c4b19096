# SPDX-License-Identifier: Apache-2.0
e2e_test(years TIMEOUT 900 LABEL e2e)
