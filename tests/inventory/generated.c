/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * See generated.h.
 */
#include "generated.h"

#include <sys/wait.h>

char *
run_tool(const char *const *arguments)
{
    g_autoptr(GError) error = NULL;
    char *output = NULL;
    int status = 0;

    g_spawn_sync(NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL,
                 &status, &error);
    g_assert_no_error(error);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return output;
}

Fake *
generate_host(const char *options)
{
    g_autofree char *tool = g_test_build_filename(G_TEST_DIST, "support", "make-host", NULL);
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    g_auto(GStrv) words = g_strsplit(options, " ", -1);
    Fake *fake = fake_new_bare();
    g_autofree char *output = NULL;

    g_ptr_array_add(arguments, tool);
    for (unsigned i = 0; words[i] != NULL; i++)
        g_ptr_array_add(arguments, words[i]);
    g_ptr_array_add(arguments, fake->folder);
    g_ptr_array_add(arguments, NULL);
    output = run_tool((const char *const *) arguments->pdata);
    return fake;
}
