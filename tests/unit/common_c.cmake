# SPDX-License-Identifier: Apache-2.0
unit_test(test_bus_keys LIBS common_bus)
unit_test(test_bus_rights LIBS common_bus)
unit_test(test_bus_sockets LIBS common_bus SOURCES bus_world.c)
unit_test(test_bus_door LIBS common_bus common_metrics PkgConfig::SODIUM SOURCES bus_world.c bus_raw.c curve_client.c)
# the door's thread is stopped where it matters
target_link_options(test_bus_door PRIVATE -Wl,--wrap=accept4,--wrap=epoll_wait,--wrap=curve_open,--wrap=curve_seal,--wrap=bus_keys_find_public,--wrap=time_monotonic_ms)
unit_test(test_bus_share LIBS common_bus common_metrics)
unit_test(test_bus_turn LIBS common_bus common_metrics)
target_link_options(test_bus_turn PRIVATE -Wl,--wrap=time_monotonic_us)
unit_test(test_http_admin LIBS common_http)
