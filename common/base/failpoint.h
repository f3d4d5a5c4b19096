/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_FAILPOINT_H
#define COMMON_BASE_FAILPOINT_H

/* A named place where a test can make the process die or a call fail.
 * PLIMSOLL_FAILPOINT="intake.after_commit:kill:3,db.exec:error:10": action kill (SIGKILL to itself) or error, at the
 * n-th passage (default the first).  Compiled to nothing with -DPLIMSOLL_RELEASE. */

#include <stdbool.h>

#ifdef PLIMSOLL_RELEASE
#define FAILPOINT(name) (false)
#else
#define FAILPOINT(name) failpoint_hit(name)
#endif
/* Reads the environment once at start. */
void failpoint_init(const char *spec);
/* true when the caller should fail now; does not return for `kill`. */
bool failpoint_hit(const char *name);

#endif
