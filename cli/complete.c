/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev complete -- WORD...`: what the last WORD of a command line could become.
 *
 * The words before it need not be a valid command line yet, so they are read leniently here and not
 * by the parser of options.
 */
#include "candidates.h"
#include "source.h"
#include <string.h>

/* What the words before the last one say. */
typedef struct {
    const CliVerb *verb;
    const CliOptionSpec *pending; /* the option whose value comes next */
    GPtrArray *arguments;
    gboolean is_after_dashes;
} Line;

/* The option that a word names, with or without `=VALUE`, which goes to @ret_value. */
static const CliOptionSpec *
find_option(const char *word, const char **ret_value)
{
    unsigned n_specs;
    const CliOptionSpec *specs = cli_options_get_specs(&n_specs);
    gboolean is_long = g_str_has_prefix(word, "--");
    const char *equals = is_long ? strchr(word, '=') : NULL;
    gsize length = equals != NULL ? (gsize) (equals - word - 2) : strlen(word) - (is_long ? 2 : 1);

    *ret_value = equals != NULL ? equals + 1 : NULL;
    for (unsigned i = 0; i < n_specs; i++) {
        if (is_long
                ? strlen(specs[i].name) == length && strncmp(specs[i].name, word + 2, length) == 0
                : length == 1 && specs[i].short_name == word[1])
            return &specs[i];
    }
    return NULL;
}

/* Keeps the values that decide what is offered. */
static void
set_option(CliCall *call, const CliOptionSpec *spec, const char *value)
{
    CliOptions *options = call->options;

    if (spec->bit == CLI_OPTION_HOST || spec->bit == CLI_OPTION_CONNECT) {
        char **field = G_STRUCT_MEMBER_P(options, spec->offset);

        g_free(*field);
        *field = g_strdup(value);
    } else if (spec->bit == CLI_OPTION_DETACH) {
        options->detach = TRUE;
    } else if (spec->bit == CLI_OPTION_ALLOW_DISPLAY) {
        call->policy.allow_display = TRUE;
    }
}

static void
read_word(CliCall *call, Line *line, const char *word)
{
    const char *value = NULL;
    const CliOptionSpec *spec;

    if (line->pending != NULL) {
        set_option(call, line->pending, word);
        line->pending = NULL;
    } else if (line->is_after_dashes || word[0] != '-' || word[1] == '\0') {
        if (line->verb == NULL)
            line->verb = cli_verb_find(word);
        else
            g_ptr_array_add(line->arguments, (gpointer) word);
    } else if (strcmp(word, "--") == 0) {
        line->is_after_dashes = TRUE;
    } else if ((spec = find_option(word, &value)) != NULL) {
        if (spec->type != G_OPTION_ARG_NONE && value == NULL)
            line->pending = spec;
        else
            set_option(call, spec, value);
    }
}

/* `--option=VALUE`: candidates are whole words again. */
static gboolean
add_joined_values(CliCall *call, const char *word)
{
    const char *value = NULL;
    const CliOptionSpec *spec = g_str_has_prefix(word, "--") ? find_option(word, &value) : NULL;
    g_autoptr(CliOutput) values = NULL;
    g_auto(GStrv) lines = NULL;
    CliOutput *out = call->out;

    if (spec == NULL || value == NULL)
        return FALSE;
    values = cli_output_new("never");
    call->out = values;
    cli_candidates_add_values(call, spec, value);
    call->out = out;
    lines = g_strsplit(values->text->str, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
        if (*lines[i] != ':')
            g_string_append_len(out->text, word, value - word);
        g_string_append_printf(out->text, "%s\n", lines[i]);
    }
    return TRUE;
}

static void
add_candidates(CliCall *call, const Line *line, const char *word)
{
    CliOptionSet options = line->verb != NULL ? line->verb->options | CLI_OPTION_HELP
                                              : CLI_OPTIONS_GLOBAL | CLI_OPTION_VERSION;

    if (line->pending != NULL)
        cli_candidates_add_values(call, line->pending, word);
    else if (!line->is_after_dashes && add_joined_values(call, word))
        return;
    else if (!line->is_after_dashes && *word == '-')
        cli_candidates_add_options(call, options, word);
    else if (line->verb == NULL)
        cli_candidates_add_verbs(call, 0, word);
    else if (line->verb->complete != NULL && line->arguments->len < line->verb->max_arguments)
        line->verb->complete(call, line->arguments->len, word);
}

gboolean
cli_complete_run(CliCall *call, GError **error)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    Line line = {.arguments = arguments};
    char **words = call->arguments;
    unsigned n_words = call->n_arguments;

    call->options->quiet = TRUE;
    if (n_words > 0 && strcmp(words[0], "--") == 0) {
        words++;
        n_words--;
    }
    for (unsigned i = 0; i + 1 < n_words; i++)
        read_word(call, &line, words[i]);
    if (line.verb != NULL)
        call->verb = line.verb;
    call->arguments = (char **) arguments->pdata;
    call->n_arguments = arguments->len;
    add_candidates(call, &line, n_words > 0 ? words[n_words - 1] : "");
    return TRUE;
}
