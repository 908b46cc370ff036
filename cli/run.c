/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One run of the command: options, verb, answer, exit code.
 */
#include "help.h"
#include "source.h"
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define EXIT_FAILED 1
#define EXIT_USAGE 2

/* A descriptor that is closed at the start would be given to the first file that is opened, and
 * our messages would go there. Read-only, so that writing still fails as on a closed one. */
static void
open_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            (void) open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
}

/* The words that follow: what was given before the verb, then what stands behind it. */
static char **
move_options_behind_verb(int argc, char **argv, int verb_index, int *ret_argc)
{
    char **words = g_new0(char *, (gsize) argc + 1);
    int n_words = 0;

    for (int i = 0; i < argc; i++) {
        if (i != verb_index)
            words[n_words++] = argv[i];
    }
    *ret_argc = n_words;
    return words;
}

static void
print_problem(const CliCall *call, const GError *error)
{
    g_autoptr(HdJson) json = hd_json_new();
    g_autoptr(GError) invalid = NULL;
    g_autofree char *line = NULL;

    if (error->domain == CLI_USAGE_ERROR)
        invalid = g_error_new_literal(HD_ERROR, HD_ERROR_INVALID, error->message);
    hd_json_add_error(json, invalid != NULL ? invalid : error);
    line = g_strconcat(hd_json_peek(json, NULL), "\n", NULL);
    (void) cli_output_write(STDOUT_FILENO, line, strlen(line));
}

static void
print_short_help(void)
{
    g_autoptr(CliOutput) help = cli_output_new("never");

    cli_help_add_verbs(help);
    (void) cli_output_write(STDERR_FILENO, help->text->str, help->text->len);
}

static int
report(const CliCall *call, const GError *error)
{
    const char *hint = hd_error_get_hint(error);
    const char *verb = call->verb != NULL ? call->verb->name : NULL;

    if (call->options != NULL && call->options->json)
        print_problem(call, error);
    if (g_error_matches(error, CLI_USAGE_ERROR, CLI_USAGE_NO_VERB)) {
        print_short_help();
        return EXIT_USAGE;
    }
    if (error->domain == CLI_USAGE_ERROR) {
        cli_output_complain("%s%s%s; see 'hostdev%s%s --help'", verb != NULL ? verb : "",
                            verb != NULL ? ": " : "", error->message, verb != NULL ? " " : "",
                            verb != NULL ? verb : "");
        return EXIT_USAGE;
    }
    cli_output_complain("%s", error->message);
    if (hint != NULL)
        cli_output_say("hint: %s", hint);
    return hd_error_get_exit_code(error);
}

/* Refuses what stood before the verb, or behind it, and is for other verbs. */
static gboolean
check_options(const CliCall *call, GError **error)
{
    CliOptionSet foreign = cli_options_get_given(call->options) &
                           ~(call->verb->options | CLI_OPTION_HELP);
    unsigned n_specs;
    const CliOptionSpec *specs = cli_options_get_specs(&n_specs);

    if ((foreign & CLI_OPTION_HOST) != 0)
        return cli_usage_error(error,
                               "'--host' cannot be used here: the VMs are those of this machine, "
                               "not of a recorded host");
    for (unsigned i = 0; i < n_specs; i++) {
        if ((specs[i].bit & foreign) != 0)
            return cli_usage_error(error, "'--%s' is not an option of this verb", specs[i].name);
    }
    return TRUE;
}

/* What a policy could exclude; a misspelt SPEC would protect nothing, without a word. */
#define EXCLUDE_PATTERN "^([a-z]+_.+|[0-9a-fA-F]{4}:[0-9a-fA-F]{4}|class:([0-9a-fA-F]{2}){1,3})$"

static gboolean
check_exclude(const CliOptions *options, GError **error)
{
    for (char **spec = options->exclude; spec != NULL && *spec != NULL; spec++) {
        if (!g_utf8_validate(*spec, -1, NULL) ||
            !g_regex_match_simple(EXCLUDE_PATTERN, *spec, G_REGEX_DOLLAR_ENDONLY, 0))
            return cli_usage_error(error,
                                   "--exclude takes a device's full name, VVVV:PPPP or class:CC, "
                                   "not '%s'",
                                   *spec);
    }
    return TRUE;
}

static gboolean
check_call(const CliCall *call, GError **error)
{
    const char *color = call->options->color;

    if (!check_options(call, error))
        return FALSE;
    if (color != NULL && strcmp(color, "auto") != 0 && strcmp(color, "always") != 0 &&
        strcmp(color, "never") != 0)
        return cli_usage_error(error, "--color must be auto, always or never, not '%s'", color);
    if (!check_exclude(call->options, error))
        return FALSE;
    if (call->n_arguments < call->verb->min_arguments)
        return cli_usage_error(error, "too few arguments, %s is needed", call->verb->arguments);
    if (call->n_arguments > call->verb->max_arguments)
        return cli_usage_error(error, "unexpected argument '%s'",
                               call->arguments[call->verb->max_arguments]);
    for (unsigned i = 0; i < call->n_arguments; i++) {
        if (*call->arguments[i] == '\0')
            return cli_usage_error(error, "argument %u is empty", i + 1);
    }
    return TRUE;
}

static gboolean
run_verb(CliCall *call, int argc, char **argv, GError **error)
{
    call->options = cli_options_parse(call->verb->options | CLI_OPTIONS_GLOBAL, FALSE, &argc, argv,
                                      error);
    if (call->options == NULL)
        return FALSE;
    call->arguments = call->options->arguments;
    call->n_arguments = call->arguments != NULL ? g_strv_length(call->arguments) : 0;
    if (call->options->help) {
        cli_help_add_verb(call->out, call->verb);
        return TRUE;
    }
    if (!check_call(call, error))
        return FALSE;
    call->policy.allow_display = call->options->allow_display;
    call->policy.exclude = (const char *const *) call->options->exclude;
    cli_output_free(call->out);
    call->out = cli_output_new(call->options->color);
    return call->verb->run(call, error);
}

/* `complete` takes the words of another command line, which are not ours to parse. */
static gboolean
run_complete(CliCall *call, int argc, char **argv, int verb_index, GError **error)
{
    call->options = g_new0(CliOptions, 1);
    call->arguments = argv + verb_index + 1;
    call->n_arguments = (unsigned) (argc - verb_index - 1);
    return call->verb->run(call, error);
}

/* A run without a verb: help, the version, or an error. */
static gboolean
run_without_verb(CliCall *call, const CliOptions *options, GError **error)
{
    if (options->dump_verbs)
        cli_help_add_dump(call->out);
    else if (options->help)
        cli_help_add_overview(call->out);
    else if (options->version)
        cli_output_add(call->out, "hostdev " CLI_VERSION "\n");
    else
        g_set_error_literal(error, CLI_USAGE_ERROR, CLI_USAGE_NO_VERB, "a verb is missing");
    return options->dump_verbs || options->help || options->version;
}

static gboolean
run(CliCall *call, int argc, char **argv, GError **error)
{
    g_autofree char **globals = g_memdup2(argv, sizeof *argv * ((gsize) argc + 1));
    g_autofree char **words = NULL;
    g_autoptr(CliOptions) options = NULL;
    int n_left = argc;
    int verb_index;

    options = cli_options_parse(CLI_OPTIONS_GLOBAL | CLI_OPTION_VERSION | CLI_OPTION_DUMP_VERBS,
                                TRUE, &n_left, globals, error);
    if (options == NULL)
        return FALSE;
    if (n_left < 2 || options->help || options->version || options->dump_verbs)
        return run_without_verb(call, options, error);
    verb_index = argc - n_left + 1;
    call->verb = cli_verb_find(argv[verb_index]);
    if (call->verb == NULL)
        return cli_usage_error(error, "unknown verb '%s'", argv[verb_index]);
    if (call->verb->run == cli_complete_run)
        return run_complete(call, argc, argv, verb_index, error);
    words = move_options_behind_verb(argc, argv, verb_index, &argc);
    return run_verb(call, argc, words, error);
}

int
cli_run(int argc, char **argv)
{
    CliCall call = {0};
    g_autoptr(GError) error = NULL;
    int exit_code = 0;

    open_standard_descriptors();
    /* Only the character set: messages are in English, and so are those of the libraries. */
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    call.out = cli_output_new(NULL);
    if (!run(&call, argc, argv, &error))
        exit_code = report(&call, error);
    else
        exit_code = call.exit_code;
    cli_source_tell_engine(&call);
    if (!cli_output_flush(call.out) && exit_code == 0)
        exit_code = EXIT_FAILED;
    cli_source_close(&call);
    cli_options_free(call.options);
    cli_output_free(call.out);
    return exit_code;
}
