/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of options, and parsing them with GOption.
 */
#include "options.h"

#include <stdarg.h>
#include <string.h>

G_DEFINE_QUARK(cli - usage - error - quark, cli_usage_error)

#define FIELD(name) G_STRUCT_OFFSET(CliOptions, name)

/* Values are taken as bytes (G_OPTION_ARG_FILENAME), so that the locale cannot spoil them. */
static const CliOptionSpec specs[] = {
    {"kind",
     0,
     CLI_OPTION_KIND,
     G_OPTION_ARG_FILENAME_ARRAY,
     FIELD(kinds),
     "KIND",
     "only devices of this kind, such as pci or usb_device; several with commas",
     {NULL}},
    {"eligible",
     0,
     CLI_OPTION_ELIGIBLE,
     G_OPTION_ARG_NONE,
     FIELD(eligible),
     NULL,
     "only devices that may be given to a VM",
     {NULL}},
    {"available",
     0,
     CLI_OPTION_AVAILABLE,
     G_OPTION_ARG_NONE,
     FIELD(available),
     NULL,
     "only devices that can be given to a VM now and that no VM holds",
     {NULL}},
    {"leaf",
     0,
     CLI_OPTION_LEAF,
     G_OPTION_ARG_NONE,
     FIELD(leaf),
     NULL,
     "only devices with nothing below them that may be given to a VM",
     {NULL}},
    {"group",
     0,
     CLI_OPTION_GROUP,
     G_OPTION_ARG_FILENAME,
     FIELD(group),
     "N",
     "only devices of IOMMU group N and what is below them",
     {NULL}},
    {"detach",
     0,
     CLI_OPTION_DETACH,
     G_OPTION_ARG_NONE,
     FIELD(detach),
     NULL,
     "plan to detach, not to attach",
     {NULL}},
    {"live",
     0,
     CLI_OPTION_LIVE,
     G_OPTION_ARG_NONE,
     FIELD(live),
     NULL,
     "change the running VM; with --config both",
     {NULL}},
    {"config",
     0,
     CLI_OPTION_CONFIG,
     G_OPTION_ARG_NONE,
     FIELD(config),
     NULL,
     "change the stored configuration; with --live both",
     {NULL}},
    {"release-group",
     0,
     CLI_OPTION_RELEASE_GROUP,
     G_OPTION_ARG_NONE,
     FIELD(release_group),
     NULL,
     "let members of the group that cannot go to a guest lose their host driver",
     {NULL}},
    {"mac",
     0,
     CLI_OPTION_NIC,
     G_OPTION_ARG_FILENAME,
     FIELD(mac),
     "MAC",
     "MAC address of the network function; derived and kept if not given",
     {NULL}},
    {"vlan",
     0,
     CLI_OPTION_NIC,
     G_OPTION_ARG_FILENAME,
     FIELD(vlan),
     "VLAN",
     "VLAN tag, ID[:QOS[:PROTO]]: priority 0 to 7, 802.1Q or 802.1ad",
     {NULL}},
    {"virtualport",
     0,
     CLI_OPTION_NIC,
     G_OPTION_ARG_FILENAME,
     FIELD(virtualport),
     "PROFILE",
     "port profile, 802.1Qbh:profileid=NAME or 802.1Qbg:managerid=N,typeid=N,typeidversion=N",
     {NULL}},
    {"trust",
     0,
     CLI_OPTION_NIC,
     G_OPTION_ARG_FILENAME,
     FIELD(trust),
     "WORD",
     "on or off: whether the guest may change its MAC address and see all frames",
     {"on", "off", NULL}},
    {"spoof-check",
     0,
     CLI_OPTION_NIC,
     G_OPTION_ARG_FILENAME,
     FIELD(spoof_check),
     "WORD",
     "on or off: whether frames with another source address are dropped",
     {"on", "off", NULL}},
    {"min-rate",
     0,
     CLI_OPTION_NIC,
     G_OPTION_ARG_FILENAME,
     FIELD(min_rate),
     "MBIT",
     "lowest transmit rate in Mbit/s, 0 for none",
     {NULL}},
    {"max-rate",
     0,
     CLI_OPTION_NIC,
     G_OPTION_ARG_FILENAME,
     FIELD(max_rate),
     "MBIT",
     "highest transmit rate in Mbit/s, 0 for no limit",
     {NULL}},
    {"link-state",
     0,
     CLI_OPTION_NIC,
     G_OPTION_ARG_FILENAME,
     FIELD(link_state),
     "STATE",
     "link that the guest sees: auto, enable or disable",
     {"auto", "enable", "disable", NULL}},
    {"bring-up-pf",
     0,
     CLI_OPTION_BRING_UP_PF,
     G_OPTION_ARG_NONE,
     FIELD(bring_up_pf),
     NULL,
     "set the physical function up where it is down",
     {NULL}},
    {"xml",
     0,
     CLI_OPTION_XML,
     G_OPTION_ARG_FILENAME,
     FIELD(xml),
     "FILE",
     "take the devices from libvirt's device XML; - for standard input",
     {NULL}},
    {"timeout",
     0,
     CLI_OPTION_TIMEOUT,
     G_OPTION_ARG_FILENAME,
     FIELD(timeout),
     "SECONDS",
     "how long to wait for the guest, 1 to 3600; 30 if not given",
     {NULL}},
    {"dry-run",
     0,
     CLI_OPTION_DRY_RUN,
     G_OPTION_ARG_NONE,
     FIELD(dry_run),
     NULL,
     "print the plan and change nothing",
     {NULL}},
    {"mask",
     0,
     CLI_OPTION_MASK,
     G_OPTION_ARG_NONE,
     FIELD(mask),
     NULL,
     "replace serial numbers, world wide names and MAC addresses",
     {NULL}},
    {"qemu-args",
     0,
     CLI_OPTION_QEMU_ARGS,
     G_OPTION_ARG_NONE,
     FIELD(qemu_args),
     NULL,
     "print arguments of QEMU, not XML",
     {NULL}},
    {"host",
     0,
     CLI_OPTION_HOST,
     G_OPTION_ARG_FILENAME,
     FIELD(host),
     "PATH",
     "read a recorded host, or a folder that holds sys/, in place of this machine",
     {NULL}},
    {"connect",
     'c',
     CLI_OPTION_CONNECT,
     G_OPTION_ARG_FILENAME,
     FIELD(connect),
     "URI",
     "libvirt connection; qemu:///system if not given",
     {"qemu:///system", "qemu:///session", NULL}},
    {"allow-display",
     0,
     CLI_OPTION_ALLOW_DISPLAY,
     G_OPTION_ARG_NONE,
     FIELD(allow_display),
     NULL,
     "let display controllers go, but never the boot display",
     {NULL}},
    {"exclude",
     0,
     CLI_OPTION_EXCLUDE,
     G_OPTION_ARG_FILENAME_ARRAY,
     FIELD(exclude),
     "SPEC",
     "let these never go: a device name, VVVV:PPPP or class:CC; may be repeated",
     {NULL}},
    {"state-dir",
     0,
     CLI_OPTION_STATE_DIR,
     G_OPTION_ARG_FILENAME,
     FIELD(state_dir),
     "DIR",
     "where saved states are; /var/lib/hostdev if not given",
     {NULL}},
    {"json", 'j', CLI_OPTION_JSON, G_OPTION_ARG_NONE, FIELD(json), NULL, "print JSON", {NULL}},
    {"no-headers",
     0,
     CLI_OPTION_NO_HEADERS,
     G_OPTION_ARG_NONE,
     FIELD(no_headers),
     NULL,
     "leave out the line of column titles",
     {NULL}},
    {"color",
     0,
     CLI_OPTION_COLOR,
     G_OPTION_ARG_FILENAME,
     FIELD(color),
     "WHEN",
     "auto, always or never",
     {"auto", "always", "never", NULL}},
    {"quiet",
     'q',
     CLI_OPTION_QUIET,
     G_OPTION_ARG_NONE,
     FIELD(quiet),
     NULL,
     "no notes and no progress on standard error",
     {NULL}},
    {"help", 'h', CLI_OPTION_HELP, G_OPTION_ARG_NONE, FIELD(help), NULL, "print this help", {NULL}},
    {"version",
     0,
     CLI_OPTION_VERSION,
     G_OPTION_ARG_NONE,
     FIELD(version),
     NULL,
     "print the version",
     {NULL}},
    {"dump-verbs",
     0,
     CLI_OPTION_DUMP_VERBS,
     G_OPTION_ARG_NONE,
     FIELD(dump_verbs),
     NULL,
     NULL,
     {NULL}},
};

const CliOptionSpec *
cli_options_get_specs(unsigned *ret_n)
{
    *ret_n = G_N_ELEMENTS(specs);
    return specs;
}

void
cli_options_free(CliOptions *options)
{
    if (options == NULL)
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS(specs); i++) {
        gpointer field = G_STRUCT_MEMBER_P(options, specs[i].offset);

        if (specs[i].type == G_OPTION_ARG_FILENAME)
            g_free(*(char **) field);
        else if (specs[i].type == G_OPTION_ARG_FILENAME_ARRAY)
            g_strfreev(*(char ***) field);
    }
    g_strfreev(options->arguments);
    g_free(options);
}

static gboolean
is_given(const CliOptions *options, const CliOptionSpec *spec)
{
    gconstpointer field = G_STRUCT_MEMBER_P(options, spec->offset);

    if (spec->type == G_OPTION_ARG_NONE)
        return *(const gboolean *) field;
    return *(const gconstpointer *) field != NULL;
}

CliOptionSet
cli_options_get_given(const CliOptions *options)
{
    CliOptionSet given = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS(specs); i++) {
        if (is_given(options, &specs[i]))
            given |= specs[i].bit;
    }
    return given;
}

gboolean
cli_usage_error(GError **error, const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list arguments;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, CLI_USAGE_ERROR, CLI_USAGE_WRONG, message);
    return FALSE;
}

/* GOption's table of the allowed options, pointing into @options. */
static GArray *
build_entries(CliOptions *options, CliOptionSet allowed, gboolean takes_arguments)
{
    GArray *entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
    GOptionEntry remaining = {.long_name = G_OPTION_REMAINING,
                              .arg = G_OPTION_ARG_FILENAME_ARRAY,
                              .arg_data = &options->arguments};

    for (unsigned i = 0; i < G_N_ELEMENTS(specs); i++) {
        GOptionEntry entry = {.long_name = specs[i].name,
                              .short_name = specs[i].short_name,
                              .arg = specs[i].type,
                              .arg_data = G_STRUCT_MEMBER_P(options, specs[i].offset)};

        if ((specs[i].bit & allowed) != 0)
            g_array_append_val(entries, entry);
    }
    if (takes_arguments)
        g_array_append_val(entries, remaining);
    return entries;
}

/* GOption lets `--json=no` pass as --json. */
static gboolean
check_values(int argc, char **argv, GError **error)
{
    for (int i = 1; i < argc && !g_str_equal(argv[i], "--"); i++) {
        const char *equals = g_str_has_prefix(argv[i], "--") ? strchr(argv[i], '=') : NULL;
        g_autofree char *name = equals != NULL
                                    ? g_strndup(argv[i] + 2, (gsize) (equals - argv[i] - 2))
                                    : NULL;

        for (unsigned k = 0; name != NULL && k < G_N_ELEMENTS(specs); k++) {
            if (specs[k].type == G_OPTION_ARG_NONE && g_str_equal(specs[k].name, name))
                return cli_usage_error(error, "--%s takes no value", name);
        }
    }
    return TRUE;
}

CliOptions *
cli_options_parse(CliOptionSet allowed,
                  gboolean stop_at_verb,
                  int *argc,
                  char **argv,
                  GError **error)
{
    g_autoptr(CliOptions) options = g_new0(CliOptions, 1);
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GArray) entries = build_entries(options, allowed, !stop_at_verb);
    g_autoptr(GError) local_error = NULL;

    if (!check_values(*argc, argv, error))
        return NULL;
    g_option_context_add_main_entries(context, (GOptionEntry *) (void *) entries->data, NULL);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_strict_posix(context, stop_at_verb);
    if (!g_option_context_parse(context, argc, &argv, &local_error)) {
        cli_usage_error(error, "%c%s", g_ascii_tolower(local_error->message[0]),
                        local_error->message[0] != '\0' ? local_error->message + 1 : "");
        return NULL;
    }
    return g_steal_pointer(&options);
}

gboolean
cli_options_parse_number(const char *text,
                         const char *what,
                         guint64 min,
                         guint64 max,
                         guint64 *ret_number,
                         GError **error)
{
    if (g_ascii_string_to_unsigned(text, 10, min, max, ret_number, NULL))
        return TRUE;
    return cli_usage_error(
        error, "%s must be a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ", not '%s'",
        what, min, max, text);
}
