/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Opening what a call reads.
 */
#include "source.h"

#include <stdarg.h>
#include <string.h>

void
cli_source_note(const CliCall *call, const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list arguments;

    if (call->options->quiet)
        return;
    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    cli_output_say("note: %s", message);
}

/* A misspelt name would protect nothing. */
static gboolean
check_excluded(const CliCall *call, GError **error)
{
    for (const char *const *spec = call->policy.exclude; spec != NULL && *spec != NULL; spec++) {
        if (strchr(*spec, ':') == NULL && hd_host_find(call->host, *spec) == NULL) {
            g_set_error(error, HD_ERROR, HD_ERROR_NOT_FOUND,
                        "--exclude: this host has no device '%s'", *spec);
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
cli_source_open_host(CliCall *call, HdHostFlags flags, GError **error)
{
    const char *path = call->options->host;

    g_autoptr(GError) local_error = NULL;

    call->host = path != NULL ? hd_host_new_for_path(path, flags, &local_error)
                              : hd_host_new(flags, &local_error);
    if (g_error_matches(local_error, HD_ERROR, HD_ERROR_TIMEOUT)) {
        cli_source_note(call, "%s", local_error->message);
        g_clear_error(&local_error);
        call->host = hd_host_new(HD_HOST_LOAD_BASIC, &local_error);
    }
    if (call->host == NULL) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    call->group_states = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    if (hd_host_get_notes(call->host) != NULL)
        cli_source_note(call, "%s", hd_host_get_notes(call->host));
    return check_excluded(call, error);
}

void
cli_source_open_engine(CliCall *call)
{
    if (call->engine != NULL)
        return;
    call->engine = hd_engine_new(call->options->connect, &call->policy);
    if (call->options->state_dir != NULL)
        hd_engine_set_state_folder(call->engine, call->options->state_dir);
}

gboolean
cli_source_read_holders(CliCall *call, GError **error)
{
    cli_source_open_engine(call);
    call->holders = hd_engine_read_holders(call->engine, call->host, error);
    if (call->holders == NULL)
        return FALSE;
    for (const char *const *note = hd_holders_get_notes(call->holders); *note != NULL; note++)
        cli_source_note(call, "%s", *note);
    return TRUE;
}

void
cli_source_try_holders(CliCall *call)
{
    g_autoptr(GError) error = NULL;

    if (!hd_host_is_live(call->host))
        return;
    if (!cli_source_read_holders(call, &error))
        cli_source_note(call, "which VM holds which device is not known: %s", error->message);
}

void
cli_source_try_uses(CliCall *call)
{
    g_autoptr(GError) error = NULL;
    const char *notes;

    if (!hd_host_is_live(call->host))
        return;
    call->uses = hd_uses_new(call->host, &error);
    if (call->uses == NULL) {
        cli_source_note(call, "what the host uses is not known: %s", error->message);
        return;
    }
    notes = hd_uses_get_notes(call->uses);
    if (notes != NULL && *notes != '\0' && call->out->is_terminal)
        cli_source_note(call, "%s", notes);
}

GPtrArray *
cli_source_list_uses(CliCall *call, const HdDevice *device)
{
    g_autoptr(HdVerdict) verdict = NULL;
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    const HdDevice *const *companions;
    unsigned n_companions;

    if (call->uses == NULL)
        return NULL;
    verdict = hd_verdict_new(call->host, device, &call->policy);
    g_ptr_array_add(devices, (gpointer) device);
    companions = hd_verdict_get_companions(verdict, &n_companions);
    for (unsigned i = 0; i < n_companions; i++)
        g_ptr_array_add(devices, (gpointer) companions[i]);
    return hd_uses_list(call->uses, (const HdDevice *const *) devices->pdata, devices->len);
}

GPtrArray *
cli_source_lookup_devices(CliCall *call, unsigned first, GError **error)
{
    g_autoptr(GPtrArray) devices = g_ptr_array_new();

    for (unsigned i = first; i < call->n_arguments; i++) {
        const HdDevice *device = hd_host_lookup(call->host, call->arguments[i], error);

        if (device == NULL)
            return NULL;
        if (!g_ptr_array_find(devices, device, NULL))
            g_ptr_array_add(devices, (gpointer) device);
    }
    return g_steal_pointer(&devices);
}

GPtrArray *
cli_source_lookup_held(CliCall *call, unsigned first, GPtrArray *absent, GError **error)
{
    g_autoptr(GPtrArray) devices = g_ptr_array_new();

    for (unsigned i = first; i < call->n_arguments; i++) {
        g_autoptr(GError) local_error = NULL;
        const HdDevice *device = hd_host_lookup(call->host, call->arguments[i], &local_error);

        if (g_error_matches(local_error, HD_ERROR, HD_ERROR_NOT_FOUND)) {
            g_ptr_array_add(absent, call->arguments[i]);
        } else if (device == NULL) {
            g_propagate_error(error, g_steal_pointer(&local_error));
            return NULL;
        } else if (!g_ptr_array_find(devices, device, NULL)) {
            g_ptr_array_add(devices, (gpointer) device);
        }
    }
    g_ptr_array_add(absent, NULL);
    return g_steal_pointer(&devices);
}

void
cli_source_tell_engine(const CliCall *call)
{
    const char *note = call->engine != NULL ? hd_engine_get_note(call->engine) : NULL;

    if (note != NULL)
        cli_output_say("note: %s", note);
}

void
cli_source_close(CliCall *call)
{
    g_clear_pointer(&call->uses, hd_uses_free);
    g_clear_pointer(&call->xml, hd_xml_free);
    g_clear_pointer(&call->holders, hd_holders_free);
    g_clear_pointer(&call->engine, hd_engine_free);
    g_clear_pointer(&call->host, hd_host_unref);
    g_clear_pointer(&call->group_states, g_hash_table_unref);
}
