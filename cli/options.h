/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * CliOptions: all options of all verbs, from one table: an option means the same everywhere.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    CLI_OPTION_HELP = 1 << 0,
    CLI_OPTION_VERSION = 1 << 1,
    CLI_OPTION_JSON = 1 << 2,
    CLI_OPTION_HOST = 1 << 3,
    CLI_OPTION_CONNECT = 1 << 4,
    CLI_OPTION_COLOR = 1 << 5,
    CLI_OPTION_NO_HEADERS = 1 << 6,
    CLI_OPTION_ALLOW_DISPLAY = 1 << 7,
    CLI_OPTION_EXCLUDE = 1 << 8,
    CLI_OPTION_QUIET = 1 << 9,
    CLI_OPTION_KIND = 1 << 10,
    CLI_OPTION_ELIGIBLE = 1 << 11,
    CLI_OPTION_AVAILABLE = 1 << 12,
    CLI_OPTION_LEAF = 1 << 13,
    CLI_OPTION_GROUP = 1 << 14,
    CLI_OPTION_DETACH = 1 << 15,
    CLI_OPTION_LIVE = 1 << 16,
    CLI_OPTION_CONFIG = 1 << 17,
    CLI_OPTION_TIMEOUT = 1 << 18,
    CLI_OPTION_DRY_RUN = 1 << 19,
    CLI_OPTION_MASK = 1 << 20,
    CLI_OPTION_DUMP_VERBS = 1 << 21,
    CLI_OPTION_RELEASE_GROUP = 1 << 22,
    CLI_OPTION_QEMU_ARGS = 1 << 23,
    CLI_OPTION_NIC = 1 << 24, /* each setting of a network function */
    CLI_OPTION_BRING_UP_PF = 1 << 25,
    CLI_OPTION_XML = 1 << 26,
    CLI_OPTION_STATE_DIR = 1 << 27,
} CliOptionSet;

#define CLI_OPTIONS_POLICY (CLI_OPTION_ALLOW_DISPLAY | CLI_OPTION_EXCLUDE)
#define CLI_OPTIONS_SCOPE (CLI_OPTION_LIVE | CLI_OPTION_CONFIG)
#define CLI_OPTIONS_TEXT (CLI_OPTION_COLOR | CLI_OPTION_QUIET | CLI_OPTION_JSON)
#define CLI_OPTIONS_TABLE (CLI_OPTIONS_TEXT | CLI_OPTION_NO_HEADERS)
/* What may also stand before the verb. */
#define CLI_OPTIONS_GLOBAL                                                                         \
    (CLI_OPTION_HELP | CLI_OPTIONS_TABLE | CLI_OPTION_HOST | CLI_OPTION_CONNECT |                  \
     CLI_OPTIONS_POLICY | CLI_OPTION_STATE_DIR)

typedef struct {
    const char *name;
    char short_name;
    CliOptionSet bit;
    GOptionArg type;
    gsize offset;
    const char *value; /* name of the value in the help */
    const char *text;
    const char *choices[4]; /* for completion */
} CliOptionSpec;

typedef struct {
    gboolean help;
    gboolean version;
    gboolean dump_verbs;
    gboolean json;
    char *host;
    char *connect;
    char *color;
    gboolean no_headers;
    gboolean allow_display;
    char **exclude;
    gboolean quiet;
    char **kinds;
    gboolean eligible;
    gboolean available;
    gboolean leaf;
    char *group;
    gboolean detach;
    gboolean live;
    gboolean config;
    char *timeout;
    gboolean release_group;
    gboolean dry_run;
    gboolean mask;
    gboolean qemu_args;
    char *mac;
    char *vlan;
    char *virtualport;
    char *trust;
    char *spoof_check;
    char *min_rate;
    char *max_rate;
    char *link_state;
    gboolean bring_up_pf;
    char *xml;
    char *state_dir;
    char **arguments;
} CliOptions;

void cli_options_free(CliOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliOptions, cli_options_free)

/* The table, in the order of the help. */
const CliOptionSpec *cli_options_get_specs(unsigned *ret_n);

/* Parses the options of @allowed. With @stop_at_verb it stops at the first word that is no option;
 * otherwise options may stand anywhere, and the other words become arguments. argc and argv keep
 * what was not parsed. Fails with CLI_USAGE_ERROR. */
CliOptions *cli_options_parse(CliOptionSet allowed,
                              gboolean stop_at_verb,
                              int *argc,
                              char **argv,
                              GError **error);

/* Which options were given. */
CliOptionSet cli_options_get_given(const CliOptions *options);

/* A decimal number within bounds; @what names it in the error. */
gboolean cli_options_parse_number(const char *text,
                                  const char *what,
                                  guint64 min,
                                  guint64 max,
                                  guint64 *ret_number,
                                  GError **error);

/* Errors of usage: exit code 2, and the message refers to the help. */
#define CLI_USAGE_ERROR (cli_usage_error_quark())
GQuark cli_usage_error_quark(void);

enum {
    CLI_USAGE_WRONG,
    CLI_USAGE_NO_VERB, /* the short help stands for the message */
};

/* Sets an error of usage. Returns FALSE, so that a caller can return it. */
gboolean cli_usage_error(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

G_END_DECLS
