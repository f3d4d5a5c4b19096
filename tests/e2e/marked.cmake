# SPDX-License-Identifier: Apache-2.0
e2e_test(marked TIMEOUT 900 LABEL e2e)
