/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The inside of HdEngine.
 */
#pragma once

#include "vm/provider.h"
#include <hostdev/vm.h>

G_BEGIN_DECLS

struct _HdEngine {
    HdVmProvider *provider;
    HdPolicy policy;
    char **exclude;
    char *sysfs; /* where sysfs is mounted; another folder in tests */
};

/* For tests: works on the host modelled in the folder path, which holds sys/. */
void hd_engine_set_host_folder(HdEngine *engine, const char *path);

/* A snapshot of the host that the engine works on. */
HdHost *hd_engine_take_snapshot(HdEngine *engine, GError **error);

G_END_DECLS
