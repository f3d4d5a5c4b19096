/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BUS_KEY_RIGHTS_H
#define COMMON_BUS_KEY_RIGHTS_H

/* Walking comma-separated lists of rights, shared by the files of this folder. */

#include "base/str.h"

/* Cuts the next item (blanks trimmed, empty items skipped) off *rest; false at the end. */
bool key_list_next(slice_t *rest, slice_t *ret_item);

#endif
