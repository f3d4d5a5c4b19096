/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DASHBOARD_PAGE_H
#define DASHBOARD_PAGE_H

/* The HTTP server of page and API: libmicrohttpd in the service's own loop and thread.  GET and HEAD only. */

#include "base/err.h"

typedef struct page page_t;
bool page_start(void *dashboard, page_t **ret, err_t *err) NODISCARD;
void page_stop(page_t **self_p);

#endif
