/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DROP_FOLDER_H
#define CLI_DROP_FOLDER_H

/* One folder of the drop directory: what lies in it complete is sent, then moved to done/ or refused/ beside it.  A file whose
 * sending was interrupted stays where it is and is gone on with. */

#include "cli.h"

#include <signal.h>

struct dataset;

typedef struct {
    const cli_options_t *options;
    const char *datasets, *schemas; /* folders of the datasets' files */
    const volatile sig_atomic_t *stopped;
    bool waiting; /* something is left for later: the service is away, or a file is still being written */
    uint64_t sent, refused;
} drop_folder_t;

/* Oldest file first.  False only when the folder itself cannot be worked with. */
bool drop_folder(drop_folder_t *self, const struct dataset *d, const char *folder, err_t *err) NODISCARD;

#endif
