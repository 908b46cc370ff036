/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * CliOutput: what goes to standard output and how the terminal there is; words on standard error.
 *
 * Nothing is written to standard output before the verb has done its work, so that a failure never
 * leaves half a table, and every write error is seen.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    CLI_STYLE_NONE,
    CLI_STYLE_TITLE,
    CLI_STYLE_GOOD,
    CLI_STYLE_TAKEN,
    CLI_STYLE_BAD,
    CLI_STYLE_FAINT,
} CliStyle;

typedef struct {
    GString *text;
    gboolean is_terminal;
    gboolean has_color;
    gboolean is_utf8; /* whether box drawing and the like can be shown */
    unsigned width;   /* columns, 0 for no limit */
} CliOutput;

/* @color: `auto`, `always`, `never` or NULL for `auto`. */
CliOutput *cli_output_new(const char *color);
void cli_output_free(CliOutput *out);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliOutput, cli_output_free)

/* Columns of the terminal behind a descriptor. */
unsigned cli_output_find_width(int fd);

/* Adds text of our own as it is. */
void cli_output_add(CliOutput *out, const char *text);

/* Adds a text that may come from a device or a VM, made safe for the terminal. */
void cli_output_add_text(CliOutput *out, CliStyle style, const char *text);

/* Adds a line of such texts, cut at the edge of a terminal. */
void cli_output_add_line(CliOutput *out, const char *text);

/* The text, made safe for the terminal behind @out. */
char *cli_output_dup_safe(const CliOutput *out, const char *text);

/* Writes everything to standard output. On failure says so, except for a closed pipe. */
gboolean cli_output_flush(CliOutput *out);

/* Writes `hostdev: ` and the message to standard error, made safe for a terminal. */
void cli_output_complain(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Writes a line to standard error, made safe for a terminal. */
void cli_output_say(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Writes bytes to a descriptor, all of them. errno is set on failure. */
gboolean cli_output_write(int fd, const char *bytes, gsize length);

G_END_DECLS
