/* SPDX-License-Identifier: Apache-2.0 */
#include "table/table_in.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <sys/stat.h>

/* A text file of unknown encoding as UTF-8.  A mark decides; without one the whole file is valid UTF-8 or it is GB18030
 * (which contains GBK and GB2312).  The file is looked through once for that: a name in the last line may be the first one
 * that is not ASCII. */

enum { CHUNK = 64 * 1024 };

struct text_in {
    FILE *f;
    text_encoding_t encoding;
    iconv_t cd; /* (iconv_t) -1: the file is UTF-8 */
    size_t mark; /* bytes before the text */
    uint64_t done, total;
    unsigned char raw[CHUNK]; /* of which raw_len are not decoded yet */
    size_t raw_len;
    char text[CHUNK * 2];
    size_t at, len;
    bool ended;
    char path[256];
};

static bool
io_error(const text_in_t *self, err_t *err)
{
    return err_set(err, ERR_CONFIG, "io", "cannot read %s: %s", self->path, strerror(errno));
}

/* True when the whole file is UTF-8; also finds NUL bytes, which no text has. */
static bool
scan(text_in_t *self, bool *ret_utf8, bool *ret_nul, err_t *err)
{
    size_t kept = 0, n;

    *ret_utf8 = true;
    *ret_nul = false;
    while ((n = fread(self->raw + kept, 1, sizeof(self->raw) - kept, self->f)) > 0) {
        size_t have = kept + n, at = 0;

        *ret_nul = *ret_nul || memchr(self->raw + kept, 0, n) != NULL;
        while (at < have) {
            size_t step = str_utf8_sequence((const char *) self->raw + at, have - at);

            if (step == 0 && have - at < 4)
                break; /* perhaps cut by the chunk */
            if (step == 0) {
                *ret_utf8 = false;
                at = have;
                break;
            }
            at += step;
        }
        kept = have - at;
        memmove(self->raw, self->raw + at, kept);
        if (!*ret_utf8)
            kept = 0;
    }
    if (ferror(self->f) != 0)
        return io_error(self, err);
    *ret_utf8 = *ret_utf8 && kept == 0;
    return true;
}

static bool
has_nul(const text_in_t *self, err_t *err)
{
    return err_set(err, ERR_REJECT, "table.format", "%s is no text: it holds NUL bytes.  Tables are CSV or .xlsx", self->path);
}

static bool
detect(text_in_t *self, err_t *err)
{
    unsigned char head[3] = { 0 };
    size_t n = fread(head, 1, sizeof(head), self->f);
    bool utf8, nul;

    if (n >= 2 && head[0] == 0xff && head[1] == 0xfe) {
        self->encoding = TEXT_UTF16LE;
        self->mark = 2;
        return true;
    }
    if (n >= 2 && head[0] == 0xfe && head[1] == 0xff) {
        self->encoding = TEXT_UTF16BE;
        self->mark = 2;
        return true;
    }
    self->mark = n == 3 && head[0] == 0xef && head[1] == 0xbb && head[2] == 0xbf ? 3 : 0;
    rewind(self->f);
    if (!scan(self, &utf8, &nul, err))
        return false;
    if (nul)
        return has_nul(self, err);
    if (self->mark > 0 && !utf8)
        return err_set(err, ERR_REJECT, "table.encoding", "%s says that it is UTF-8, but is not: save it anew as CSV UTF-8", self->path);
    self->encoding = self->mark > 0 ? TEXT_UTF8_MARK : utf8 ? TEXT_UTF8 : TEXT_GB18030;
    return true;
}

bool
text_in_open(const char *path, text_in_t **ret, err_t *err)
{
    AUTO(text_in) self = mem_new(text_in_t);
    struct stat st;

    self->cd = (iconv_t) -1;
    (void) str_copy(self->path, sizeof(self->path), path);
    self->f = fopen(path, "re");
    if (self->f == NULL)
        return io_error(self, err);
    if (fstat(fileno(self->f), &st) == 0)
        self->total = (uint64_t) st.st_size;
    if (!detect(self, err))
        return false;
    const char *from = self->encoding == TEXT_GB18030   ? "GB18030"
                       : self->encoding == TEXT_UTF16LE ? "UTF-16LE"
                       : self->encoding == TEXT_UTF16BE ? "UTF-16BE"
                                                        : NULL;
    if (from != NULL && (self->cd = iconv_open("UTF-8", from)) == (iconv_t) -1)
        return err_set(err, ERR_CONFIG, "table.encoding", "this machine cannot decode %s: %s (Debian has it in libc6)", from,
                       strerror(errno));
    if (!text_in_rewind(self, err))
        return false;
    *ret = TAKE(self);
    return true;
}

void
text_in_destroy(text_in_t **self_p)
{
    text_in_t *self = *self_p;

    if (self == NULL)
        return;
    if (self->f != NULL)
        (void) fclose(self->f);
    if (self->cd != (iconv_t) -1)
        (void) iconv_close(self->cd);
    mem_free(self);
    *self_p = NULL;
}

text_encoding_t
text_in_encoding(const text_in_t *self)
{
    return self->encoding;
}

bool
text_in_rewind(text_in_t *self, err_t *err)
{
    if (fseek(self->f, (long) self->mark, SEEK_SET) != 0)
        return io_error(self, err);
    if (self->cd != (iconv_t) -1)
        (void) iconv(self->cd, NULL, NULL, NULL, NULL);
    self->done = self->mark;
    self->raw_len = self->at = self->len = 0;
    self->ended = false;
    return true;
}

/* Decodes what is in `raw`; what remains there is the begin of a character that the next chunk completes. */
static bool
decode(text_in_t *self, err_t *err)
{
    char *in = (char *) self->raw, *out = self->text;
    size_t in_left = self->raw_len, out_left = sizeof(self->text);
    size_t r = iconv(self->cd, &in, &in_left, &out, &out_left);

    if (r == (size_t) -1 && (errno == EILSEQ || (errno == EINVAL && self->ended)))
        return err_set(err, ERR_REJECT, "table.encoding",
                       "%s is %s (byte %llu): save it anew as CSV UTF-8", self->path,
                       self->encoding == TEXT_GB18030 ? "neither UTF-8 nor GB18030" : "marked as UTF-16, but is not",
                       (unsigned long long) (self->done - in_left));
    memmove(self->raw, in, in_left);
    self->raw_len = in_left;
    self->len = (size_t) (out - self->text);
    if (memchr(self->text, 0, self->len) != NULL) /* UTF-16 can hold it where the bytes do not show it */
        return has_nul(self, err);
    return true;
}

static bool
fill(text_in_t *self, err_t *err)
{
    self->at = self->len = 0;
    while (self->len == 0 && !(self->ended && self->raw_len == 0)) {
        size_t room = self->cd != (iconv_t) -1 ? sizeof(self->raw) - self->raw_len : sizeof(self->raw);
        size_t n = room > 0 ? fread(self->raw + self->raw_len, 1, room, self->f) : 0;

        if (n == 0 && ferror(self->f) != 0)
            return io_error(self, err);
        self->ended = self->ended || (n == 0 && room > 0);
        self->done += n;
        self->raw_len += n;
        if (self->cd != (iconv_t) -1) {
            if (self->raw_len > 0 && !decode(self, err))
                return false;
        } else {
            memcpy(self->text, self->raw, self->raw_len);
            self->len = self->raw_len;
            self->raw_len = 0;
        }
    }
    return true;
}

int
text_in_byte(text_in_t *self, err_t *err)
{
    int c = text_in_peek(self, err);

    if (c >= 0)
        self->at++;
    return c;
}

int
text_in_peek(text_in_t *self, err_t *err)
{
    if (self->at == self->len && !fill(self, err))
        return -2;
    return self->at < self->len ? (unsigned char) self->text[self->at] : -1;
}

void
text_in_progress(const text_in_t *self, uint64_t *ret_done, uint64_t *ret_total)
{
    *ret_done = self->done;
    *ret_total = self->total;
}
