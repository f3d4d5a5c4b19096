# SPDX-License-Identifier: Apache-2.0
unit_test(test_bus_keys LIBS common_bus)
unit_test(test_bus_rights LIBS common_bus)
unit_test(test_bus_sockets LIBS common_bus)
unit_test(test_http_admin LIBS common_http)
