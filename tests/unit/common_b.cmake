# SPDX-License-Identifier: Apache-2.0
unit_test(test_db_sqlstate LIBS common_db)
unit_test(test_db_params LIBS common_db)
unit_test(test_stream_hash LIBS common_stream)
