/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Standard output, standard error, and the terminal.
 */
#include "output.h"

#include "text.h"
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A message may quote what was typed, which may be of any length. */
#define MAX_MESSAGE 8192

#define DEFAULT_WIDTH 80
#define MAX_WIDTH 10000

/* ECMA-48, "Select graphic rendition" */
static const char *const style_codes[] = {
    [CLI_STYLE_NONE] = "",          [CLI_STYLE_TITLE] = "\033[1m", [CLI_STYLE_GOOD] = "\033[32m",
    [CLI_STYLE_TAKEN] = "\033[33m", [CLI_STYLE_BAD] = "\033[31m",  [CLI_STYLE_FAINT] = "\033[2m",
};
#define STYLE_END "\033[0m"

static gboolean
wants_color(const char *color, gboolean is_terminal)
{
    const char *no_color = g_getenv("NO_COLOR");

    if (g_strcmp0(color, "always") == 0)
        return TRUE;
    if (g_strcmp0(color, "never") == 0 || (no_color != NULL && *no_color != '\0'))
        return FALSE;
    return is_terminal && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

/* What the user says (COLUMNS), else what the terminal says. */
unsigned
cli_output_find_width(int fd)
{
    const char *columns = g_getenv("COLUMNS");
    struct winsize size = {0};
    guint64 number;

    if (columns != NULL && g_ascii_string_to_unsigned(columns, 10, 1, MAX_WIDTH, &number, NULL))
        return (unsigned) number;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return DEFAULT_WIDTH;
}

CliOutput *
cli_output_new(const char *color)
{
    CliOutput *out = g_new0(CliOutput, 1);

    out->text = g_string_sized_new(4096);
    out->is_terminal = isatty(STDOUT_FILENO);
    out->has_color = wants_color(color, out->is_terminal);
    out->is_utf8 = g_get_charset(NULL);
    out->width = out->is_terminal ? cli_output_find_width(STDOUT_FILENO) : 0;
    return out;
}

void
cli_output_free(CliOutput *out)
{
    if (out == NULL)
        return;
    g_string_free(out->text, TRUE);
    g_free(out);
}

void
cli_output_add(CliOutput *out, const char *text)
{
    g_string_append(out->text, text);
}

char *
cli_output_dup_safe(const CliOutput *out, const char *text)
{
    g_autofree char *safe = cli_text_escape(text);

    /* Into a file or a pipe goes UTF-8 whatever the locale; its reader decides. */
    if (out->is_terminal && !out->is_utf8)
        return cli_text_to_ascii(safe);
    return g_steal_pointer(&safe);
}

void
cli_output_add_text(CliOutput *out, CliStyle style, const char *text)
{
    g_autofree char *safe = cli_output_dup_safe(out, text);
    gboolean is_styled = out->has_color && style != CLI_STYLE_NONE;

    if (is_styled)
        g_string_append(out->text, style_codes[style]);
    g_string_append(out->text, safe);
    if (is_styled)
        g_string_append(out->text, STYLE_END);
}

void
cli_output_add_line(CliOutput *out, const char *text)
{
    g_autofree char *safe = cli_output_dup_safe(out, text);

    if (out->width > 0) {
        g_autofree char *cut = cli_text_cut(safe, out->width, out->is_utf8 ? "…" : "...");

        g_string_append(out->text, cut);
    } else {
        g_string_append(out->text, safe);
    }
    g_string_append_c(out->text, '\n');
}

gboolean
cli_output_write(int fd, const char *bytes, gsize length)
{
    while (length > 0) {
        gssize written = write(fd, bytes, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return FALSE;
        bytes += written;
        length -= (gsize) written;
    }
    return TRUE;
}

gboolean
cli_output_flush(CliOutput *out)
{
    int error_number;

    if (cli_output_write(STDOUT_FILENO, out->text->str, out->text->len)) {
        g_string_truncate(out->text, 0);
        return TRUE;
    }
    error_number = errno;
    if (error_number != EPIPE)
        cli_output_complain("cannot write to standard output: %s", g_strerror(error_number));
    return FALSE;
}

/* One line to standard error, made safe for a terminal. There is nowhere to report that standard
 * error is gone. */
static void
say(const char *prefix, const char *message)
{
    g_autofree char *bounded = g_strndup(message, MAX_MESSAGE);
    g_autofree char *safe = cli_text_escape(bounded);
    g_autofree char *line = g_strconcat(prefix, safe, "\n", NULL);

    (void) cli_output_write(STDERR_FILENO, line, strlen(line));
}

void
cli_output_complain(const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list arguments;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    say("hostdev: ", message);
}

void
cli_output_say(const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list arguments;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    say("", message);
}
