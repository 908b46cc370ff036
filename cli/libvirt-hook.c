/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `hostdev libvirt-hook`: libvirt waits for it, and a VM does not start when it fails with
 * `prepare` or `start`.
 */
#include "input.h"
#include "source.h"

gboolean
cli_libvirt_hook_run(CliCall *call, GError **error)
{
    static const char *const operations[] = {"prepare", "start", "release", NULL};
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *xml = NULL;
    HdLibvirtHook hook;
    gboolean is_done;

    /* libvirt calls hooks for much more than is of interest here. */
    if (!g_strv_contains(operations, call->arguments[1]))
        return TRUE;
    xml = cli_input_read("-", error);
    if (xml == NULL || !cli_source_open_host(call, HD_HOST_LOAD_BASIC, error))
        return FALSE;
    cli_source_open_engine(call);
    hook = (HdLibvirtHook){call->arguments[0], call->arguments[1], xml};
    is_done = hd_engine_run_libvirt_hook(call->engine, call->host, &hook, notes, error);
    for (unsigned i = 0; i < notes->len; i++)
        cli_source_note(call, "%s", (const char *) g_ptr_array_index(notes, i));
    return is_done;
}
