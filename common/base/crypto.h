/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_CRYPTO_H
#define COMMON_BASE_CRYPTO_H

/* libsodium must be initialised once before use; every user of it calls this first, from any thread. */
void crypto_ready(void);

#endif
