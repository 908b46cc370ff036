/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdEngine: the providers of VMs and the policy.
 */
#include "assign/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define STATE_FOLDER "/var/lib/hostdev"
#define RUN_FOLDER "/run"

HdEngine *
hd_engine_new(const char *libvirt_uri, const HdPolicy *policy)
{
    HdEngine *engine = g_new0(HdEngine, 1);

    engine->provider = hd_libvirt_provider_new(libvirt_uri);
    engine->sysfs = g_strdup("/sys");
    engine->state = g_strdup(STATE_FOLDER);
    engine->run = g_strdup(RUN_FOLDER);
    engine->netlink_fd = -1;
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
    hd_store_free(engine->store);
    g_free(engine->sysfs);
    g_free(engine->state);
    g_free(engine->run);
    g_free(engine);
}

void
hd_engine_set_state_folder(HdEngine *engine, const char *path)
{
    g_return_if_fail(engine != NULL && path != NULL && engine->store == NULL);

    g_free(engine->state);
    engine->state = g_strdup(path);
}

const char *
hd_engine_get_note(const HdEngine *engine)
{
    g_return_val_if_fail(engine != NULL, NULL);

    return engine->store != NULL ? hd_store_get_note(engine->store) : NULL;
}

void
hd_engine_set_run_folder(HdEngine *engine, const char *path)
{
    g_free(engine->run);
    engine->run = g_strdup(path);
}

void
hd_engine_set_netlink_peer(HdEngine *engine, int fd)
{
    engine->netlink_fd = fd;
}

HdNetlink *
hd_engine_open_netlink(HdEngine *engine, GError **error)
{
    int fd;

    if (engine->netlink_fd < 0)
        return hd_netlink_new(0, error);
    fd = fcntl(engine->netlink_fd, F_DUPFD_CLOEXEC, 0);
    g_return_val_if_fail(fd >= 0, NULL);
    return hd_netlink_new_for_fd(fd);
}

HdStore *
hd_engine_get_store(HdEngine *engine, GError **error)
{
    if (engine->store == NULL)
        engine->store = hd_store_open(engine->state, error);
    return engine->store;
}

gboolean
hd_engine_has_store(HdEngine *engine)
{
    g_autofree char *path = g_build_filename(engine->state, HD_STORE_FILE, NULL);

    return engine->store != NULL || access(path, R_OK | W_OK) == 0;
}

gboolean
hd_engine_may_have_store(HdEngine *engine)
{
    g_autofree char *path = g_build_filename(engine->state, HD_STORE_FILE, NULL);

    return engine->store != NULL || access(path, F_OK) == 0 ||
           (errno != ENOENT && errno != ENOTDIR);
}

HdLock *
hd_engine_lock(HdEngine *engine, const char *name, unsigned timeout_ms, GError **error)
{
    g_autofree char *folder = g_build_filename(engine->run, "hostdev", NULL);

    return hd_lock_take(folder, name, timeout_ms, error);
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
