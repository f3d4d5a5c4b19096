/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

/* One fuzz target: called by libFuzzer with what it made up, or by replay.c with the committed seeds.  A fault is a crash. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* After all seeds: have they reached what they are there to reach?  A target may leave it out. */
__attribute__((weak)) bool fuzz_replayed(void);

#endif
