/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DOMAIN_DOCUMENT_H
#define COMMON_DOMAIN_DOCUMENT_H

/* By what somebody is told apart who has no resident ID: another document, or a number that one department has given.  The
 * identity is one text, "kind:scope:NUMBER" with the number in its normal form ("passport:KOR:M12345678",
 * "own:civil/rescue_station:2024-0007"), so that no two kinds and no two issuers ever look alike.  A resident ID is its own
 * identity and holds no colon; so are the numbers of those documents that are built like one (港澳台居民居住证, the foreign
 * permanent resident's card of 2023). */

#include "base/err.h"
#include "base/str.h"

#define DOCUMENT_IDENTITY_SIZE 160 /* with the NUL */

typedef enum {
    DOCUMENT_RESIDENT_ID,
    DOCUMENT_BIRTH_CERTIFICATE,  /* 出生医学证明: a letter and nine digits */
    DOCUMENT_PASSPORT,           /* needs its issuer */
    DOCUMENT_HKM_PERMIT,         /* 港澳居民来往内地通行证: H or M and eight digits; two more count the cards */
    DOCUMENT_TAIWAN_PERMIT,      /* 台湾居民来往大陆通行证 */
    DOCUMENT_HMT_RESIDENCE,      /* 港澳台居民居住证: as a resident ID */
    DOCUMENT_FOREIGN_RESIDENCE,  /* 外国人永久居留身份证: as a resident ID, or three letters and twelve digits */
    DOCUMENT_MILITARY,           /* 军人、武警证件 */
    DOCUMENT_KIND_COUNT
} document_kind_t;

const char *document_kind_name(document_kind_t kind); /* "passport" */
bool document_kind_of(const char *name, document_kind_t *ret) NODISCARD;
void document_kind_names(str_t *ret); /* "resident_id, birth_certificate, …" */
bool document_needs_issuer(document_kind_t kind);

/* `issuer`: the country of a passport in three letters (GB/T 2659), else NULL.  ERR_REJECT: those of resident_id_parse,
 * document.form, document.issuer; the text never holds the number. */
bool document_identity(document_kind_t kind, const char *issuer, const char *number, size_t n, char ret[DOCUMENT_IDENTITY_SIZE],
                       err_t *err) NODISCARD;
/* A number of the department's own, in one of its registers; it means nothing elsewhere. */
bool document_own(const char *department, const char *reg, const char *number, size_t n, char ret[DOCUMENT_IDENTITY_SIZE],
                  err_t *err) NODISCARD;

/* No resident ID, nor a number that takes its place. */
bool document_is_provisional(const char *identity);
const char *document_number(const char *identity);
/* "passport", "own", "resident_id": cut where ret ends. */
void document_kind_text(const char *identity, char ret[32]);

#endif
