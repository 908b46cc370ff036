/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev help`, --help and --dump-verbs.
 */
#include "help.h"

#include <string.h>

#define VERB_WIDTH 14
#define HELP_COLUMN 26
#define HELP_WIDTH 80

static void
add_padding(CliOutput *out, gsize used, gsize column)
{
    if (used > 0 && used >= column) {
        cli_output_add(out, "\n");
        used = 0;
    }
    for (; used < column; used++)
        cli_output_add(out, " ");
}

/* A paragraph, broken between words; the first line begins at @indent, which is there already. */
static void
add_paragraph(CliOutput *out, const char *text, gsize indent)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    gsize column = indent;

    for (unsigned i = 0; words[i] != NULL; i++) {
        gsize length = strlen(words[i]);

        if (column > indent && column + 1 + length > HELP_WIDTH) {
            cli_output_add(out, "\n");
            add_padding(out, 0, indent);
            column = indent;
        } else if (column > indent) {
            cli_output_add(out, " ");
            column++;
        }
        cli_output_add(out, words[i]);
        column += length;
    }
    cli_output_add(out, "\n");
}

static void
add_option(CliOutput *out, const CliOptionSpec *spec)
{
    g_autoptr(GString) head = g_string_new(NULL);

    if (spec->short_name != 0)
        g_string_append_printf(head, "  -%c, --%s", spec->short_name, spec->name);
    else
        g_string_append_printf(head, "      --%s", spec->name);
    if (spec->value != NULL)
        g_string_append_printf(head, " %s", spec->value);
    cli_output_add(out, head->str);
    add_padding(out, head->len, HELP_COLUMN);
    add_paragraph(out, spec->text, HELP_COLUMN);
}

static void
add_options(CliOutput *out, CliOptionSet options)
{
    unsigned n_specs;
    const CliOptionSpec *specs = cli_options_get_specs(&n_specs);

    cli_output_add(out, "\nOptions:\n");
    for (unsigned i = 0; i < n_specs; i++) {
        if ((specs[i].bit & options) != 0 && specs[i].text != NULL)
            add_option(out, &specs[i]);
    }
}

void
cli_help_add_verbs(CliOutput *out)
{
    unsigned n_verbs;
    const CliVerb *verbs = cli_verb_list(&n_verbs);

    cli_output_add(out, "Usage: hostdev [OPTION...] VERB [OPTION...] [ARGUMENT...]\n\n"
                        "Gives devices of this host to virtual machines and takes them back.\n\n"
                        "Verbs:\n");
    for (unsigned i = 0; i < n_verbs; i++) {
        if (verbs[i].is_internal)
            continue;
        cli_output_add(out, "  ");
        cli_output_add(out, verbs[i].name);
        add_padding(out, strlen(verbs[i].name) + 2, VERB_WIDTH);
        add_paragraph(out, verbs[i].summary, VERB_WIDTH);
    }
    cli_output_add(out, "\n'hostdev VERB --help' describes a verb and its options, "
                        "hostdev(1) the rest.\n");
}

void
cli_help_add_overview(CliOutput *out)
{
    cli_help_add_verbs(out);
    add_options(out, CLI_OPTIONS_GLOBAL | CLI_OPTION_VERSION);
}

void
cli_help_add_verb(CliOutput *out, const CliVerb *verb)
{
    g_autofree char *usage = g_strdup_printf("Usage: hostdev %s%s%s%s\n\n", verb->name,
                                             verb->options != 0 ? " [OPTION...]" : "",
                                             *verb->arguments != '\0' ? " " : "", verb->arguments);

    cli_output_add(out, usage);
    add_paragraph(out, verb->description, 0);
    add_options(out, verb->options | CLI_OPTION_HELP);
}

void
cli_help_add_dump(CliOutput *out)
{
    unsigned n_verbs;
    unsigned n_specs;
    const CliVerb *verbs = cli_verb_list(&n_verbs);
    const CliOptionSpec *specs = cli_options_get_specs(&n_specs);

    for (unsigned i = 0; i < n_verbs; i++) {
        const char *separator = "\t--";

        if (verbs[i].is_internal)
            continue;
        cli_output_add(out, verbs[i].name);
        for (unsigned k = 0; k < n_specs; k++) {
            if ((specs[k].bit & verbs[i].options) == 0)
                continue;
            cli_output_add(out, separator);
            cli_output_add(out, specs[k].name);
            separator = ",--";
        }
        cli_output_add(out, "\n");
    }
}

gboolean
cli_help_run(CliCall *call, GError **error)
{
    const CliVerb *verb;

    if (call->n_arguments == 0) {
        cli_help_add_overview(call->out);
        return TRUE;
    }
    verb = cli_verb_find(call->arguments[0]);
    if (verb == NULL)
        return cli_usage_error(error, "unknown verb '%s'", call->arguments[0]);
    cli_help_add_verb(call->out, verb);
    return TRUE;
}
