/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The inside of HdEngine.
 */
#pragma once

#include "base/netlink.h"
#include "host/lock.h"
#include "store/store.h"
#include "vm/provider.h"
#include <hostdev/vm.h>

G_BEGIN_DECLS

struct _HdEngine {
    HdVmProvider *provider;
    HdPolicy policy;
    char **exclude;
    char *sysfs; /* where sysfs is mounted; another folder in tests */
    char *state; /* what must outlast a crash */
    char *run;   /* locks, and other daemons' pid files */
    HdStore *store;
    int netlink_fd; /* for tests: a peer that speaks rtnetlink; -1: the kernel */
};

/* For tests: works on the host modelled in the folder path, which holds sys/. */
void hd_engine_set_host_folder(HdEngine *engine, const char *path);

/* For tests: rtnetlink is spoken over a duplicate of fd. */
void hd_engine_set_netlink_peer(HdEngine *engine, int fd);

/* A conversation with the kernel. */
HdNetlink *hd_engine_open_netlink(HdEngine *engine, GError **error);

/* The store, opened when it is first needed. */
HdStore *hd_engine_get_store(HdEngine *engine, GError **error);

/* Whether there is a store that this process may read; asking makes none. */
gboolean hd_engine_has_store(HdEngine *engine);

/* Whether there may be one: FALSE only when there is none for sure. */
gboolean hd_engine_may_have_store(HdEngine *engine);

/* For tests: locks, and pid files of other daemons, are below path. */
void hd_engine_set_run_folder(HdEngine *engine, const char *path);

/* Takes the lock of that name. */
HdLock *hd_engine_lock(HdEngine *engine, const char *name, unsigned timeout_ms, GError **error);

/* A snapshot of the host that the engine works on. */
HdHost *hd_engine_take_snapshot(HdEngine *engine, GError **error);

G_END_DECLS
