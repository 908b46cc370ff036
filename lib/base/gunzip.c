/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unpacking gzip (RFC 1952) with a bound. libarchive could do it, but does not verify the checksum
 * and unpacks any number of layers.
 */
#include "base/gunzip.h"

#include <errno.h>
#include <gio/gio.h>
#include <unistd.h>

#include "base/error.h"

#define CHUNK 65536

struct _HdGunzip {
    int fd;
    guint64 bytes_left;
    GConverter *converter;
    gboolean is_started;
    gboolean is_input_over;
    gboolean is_over;
    gsize start;
    gsize end;
    guint8 input[CHUNK];
    guint8 output[CHUNK];
};

HdGunzip *
hd_gunzip_new(int fd, guint64 max_bytes)
{
    HdGunzip *gunzip = g_new(HdGunzip, 1);

    gunzip->fd = fd;
    gunzip->bytes_left = max_bytes;
    gunzip->converter = NULL;
    gunzip->is_started = FALSE;
    gunzip->is_input_over = FALSE;
    gunzip->is_over = FALSE;
    gunzip->start = 0;
    gunzip->end = 0;
    return gunzip;
}

void
hd_gunzip_free(HdGunzip *gunzip)
{
    if (gunzip == NULL)
        return;
    g_clear_object(&gunzip->converter);
    g_free(gunzip);
}

/* Fills the empty input buffer, so far as there is something. */
static gboolean
fill(HdGunzip *gunzip, GError **error)
{
    gunzip->start = 0;
    gunzip->end = 0;
    while (!gunzip->is_input_over && gunzip->end < CHUNK) {
        gssize got = read(gunzip->fd, gunzip->input + gunzip->end, CHUNK - gunzip->end);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            hd_error_set_errno(error, errno, NULL, "cannot read the archive");
            return FALSE;
        }
        gunzip->is_input_over = got == 0;
        gunzip->end += (gsize) got;
    }
    return TRUE;
}

static gboolean
start(HdGunzip *gunzip, GError **error)
{
    gunzip->is_started = TRUE;
    if (!fill(gunzip, error))
        return FALSE;
    if (gunzip->end >= 2 && gunzip->input[0] == 0x1f && gunzip->input[1] == 0x8b)
        gunzip->converter = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
    return TRUE;
}

/* Nothing may follow the one gzip member. */
static gboolean
check_end(HdGunzip *gunzip, GError **error)
{
    gunzip->is_over = TRUE;
    if (gunzip->start == gunzip->end && !fill(gunzip, error))
        return FALSE;
    if (gunzip->start == gunzip->end)
        return TRUE;
    hd_error_set(error, HD_ERROR_INVALID, NULL, NULL, "something follows the compressed data");
    return FALSE;
}

static gssize
convert(HdGunzip *gunzip, GError **error)
{
    for (;;) {
        g_autoptr(GError) cause = NULL;
        gsize taken = 0;
        gsize given = 0;
        if (gunzip->start == gunzip->end && !fill(gunzip, error))
            return -1;
        GConverterResult result = g_converter_convert(
            gunzip->converter, gunzip->input + gunzip->start, gunzip->end - gunzip->start,
            gunzip->output, CHUNK, gunzip->is_input_over ? G_CONVERTER_INPUT_AT_END : 0, &taken,
            &given, &cause);
        gunzip->start += taken;
        if (result == G_CONVERTER_ERROR) {
            hd_error_set(error, HD_ERROR_INVALID, NULL, NULL,
                         "the compressed data is damaged or incomplete");
            return -1;
        }
        if (result == G_CONVERTER_FINISHED && !check_end(gunzip, error))
            return -1;
        if (given > 0 || result == G_CONVERTER_FINISHED)
            return (gssize) given;
    }
}

static gssize
pass(HdGunzip *gunzip, const void **ret_bytes, GError **error)
{
    if (gunzip->start == gunzip->end && !fill(gunzip, error))
        return -1;
    *ret_bytes = gunzip->input + gunzip->start;
    gssize length = (gssize) (gunzip->end - gunzip->start);
    gunzip->start = gunzip->end;
    gunzip->is_over = length == 0;
    return length;
}

gssize
hd_gunzip_read(HdGunzip *gunzip, const void **ret_bytes, GError **error)
{
    gssize length = 0;

    if (!gunzip->is_started && !start(gunzip, error))
        return -1;
    if (gunzip->is_over)
        return 0;
    *ret_bytes = gunzip->output;
    length = gunzip->converter != NULL ? convert(gunzip, error) : pass(gunzip, ret_bytes, error);
    if (length < 0)
        return -1;
    if ((guint64) length > gunzip->bytes_left) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL, "the archive is too large unpacked");
        return -1;
    }
    gunzip->bytes_left -= (guint64) length;
    return length;
}
