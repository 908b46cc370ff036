/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdEngine: the providers of VMs and the policy.
 */
#include "assign/engine.h"

#include <string.h>

HdEngine *
hd_engine_new(const char *libvirt_uri, const HdPolicy *policy)
{
    HdEngine *engine = g_new0(HdEngine, 1);

    engine->provider = hd_libvirt_provider_new(libvirt_uri);
    engine->sysfs = g_strdup("/sys");
    if (policy != NULL) {
        engine->policy = *policy;
        engine->exclude = g_strdupv((char **) policy->exclude);
        engine->policy.exclude = (const char *const *) engine->exclude;
    }
    return engine;
}

void
hd_engine_free(HdEngine *engine)
{
    if (engine == NULL)
        return;
    hd_vm_provider_free(engine->provider);
    g_strfreev(engine->exclude);
    g_free(engine->sysfs);
    g_free(engine);
}

void
hd_engine_set_host_folder(HdEngine *engine, const char *path)
{
    g_free(engine->sysfs);
    engine->sysfs = g_build_filename(path, "sys", NULL);
}

HdHost *
hd_engine_take_snapshot(HdEngine *engine, GError **error)
{
    g_autofree char *folder = NULL;

    if (strcmp(engine->sysfs, "/sys") == 0)
        return hd_host_new(HD_HOST_LOAD_BASIC, error);
    folder = g_path_get_dirname(engine->sysfs);
    return hd_host_new_for_path(folder, HD_HOST_LOAD_BASIC, error);
}

GPtrArray *
hd_engine_list_vms(HdEngine *engine, GError **error)
{
    g_return_val_if_fail(engine != NULL, NULL);

    return engine->provider->klass->list_vms(engine->provider, error);
}
