# SPDX-License-Identifier: Apache-2.0
e2e_test(traffic TIMEOUT 600 LABEL e2e)
