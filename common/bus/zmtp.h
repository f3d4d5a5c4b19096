/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BUS_ZMTP_H
#define COMMON_BUS_ZMTP_H

/* The framing of ZMTP 3 (rfc.zeromq.org/spec/37): greeting, frame heads, metadata.  No I/O. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZMTP_GREETING_SIZE 64
#define ZMTP_HEAD_MAX 9
enum { ZMTP_FLAG_MORE = 1, ZMTP_FLAG_LONG = 2, ZMTP_FLAG_COMMAND = 4 };

/* A server that speaks 3.1 with CURVE. */
void zmtp_greeting(uint8_t ret[ZMTP_GREETING_SIZE]);
/* Can these be the first n bytes of the greeting of a client of ZMTP 3.x with CURVE? */
bool zmtp_greeting_fits(const uint8_t *greeting, size_t n /* up to ZMTP_GREETING_SIZE */);
/* From the first ZMTP_HEAD_MAX bytes of a frame: how many of them are its head, and the size of its body.  False: no
 * frame of ZMTP 3. */
bool zmtp_head_read(const uint8_t p[ZMTP_HEAD_MAX], size_t *ret_head_n, uint64_t *ret_body_n);
size_t zmtp_head_write(uint8_t ret[ZMTP_HEAD_MAX], uint8_t flags, size_t body_n);
/* The value of a property; false when it is not there or the metadata are broken. */
bool zmtp_property(const uint8_t *metadata, size_t n, const char *name, const uint8_t **ret_value, size_t *ret_value_n);
/* Appends one property; returns the new length.  The caller's buffer has room. */
size_t zmtp_property_write(uint8_t *metadata, size_t n, const char *name, const char *value);

#endif
