/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_IDENTITY_IN_H
#define INTAKE_IDENTITY_IN_H

/* Who a command is about, by a document: {"document","type"?,"issuer"?}, or {"document","type":"own","department","register"}. */

#include "domain/document.h"
#include "json/json_in.h"

/* Without `type` the document is a resident ID.  ERR_REJECT at `pointer`/document and its like. */
bool identity_in(const json_node_t *object, const char *pointer, char ret[DOCUMENT_IDENTITY_SIZE], err_t *err) NODISCARD;

#endif
