/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crypto.h"

#include "base/err.h"

#include <sodium.h>

/* sodium_init is idempotent and thread-safe; the flag only saves its lock on hot paths. */
void
crypto_ready(void)
{
    static _Atomic bool ready;

    if (ready)
        return;
    REQUIRE(sodium_init() >= 0);
    ready = true;
}
