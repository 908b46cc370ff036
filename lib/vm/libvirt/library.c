/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Loads libvirt. Its name and its version are those that it would be linked with; where it lies is
 * for the dynamic linker to say, as for any library.
 */
#include "vm/libvirt/library.h"

#include <dlfcn.h>
#include <string.h>

#include "base/error.h"

#define LIBRARY "libvirt.so.0"

typedef struct {
    const char *name;
    gsize offset;
} Function;

HdLibvirt hd_libvirt;

static gboolean
find_function(gpointer library, const Function *function, HdLibvirt *functions)
{
    gpointer found = dlsym(library, function->name);

    memcpy((char *) functions + function->offset, &found, sizeof found);
    return found != NULL;
}

static gboolean
find_functions(gpointer library, HdLibvirt *functions)
{
    static const Function wanted[] = {
#define ENTRY(name) {G_STRINGIFY(name), G_STRUCT_OFFSET(HdLibvirt, name)},
        HD_LIBVIRT_FUNCTIONS(ENTRY)
#undef ENTRY
    };

    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
        if (!find_function(library, &wanted[i], functions))
            return FALSE;
    return TRUE;
}

gboolean
hd_libvirt_load_from(const char *file, HdLibvirt *ret_functions, GError **error)
{
    /* libvirt has threads and handlers of its own and must never be unloaded. */
    gpointer library = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    HdLibvirt functions;

    if (library == NULL || !find_functions(library, &functions)) {
        GError *failure = NULL;

        hd_error_set(&failure, HD_ERROR_UNSUPPORTED, NULL,
                     "install libvirt's client library, version 9.0 or later",
                     "libvirt cannot be loaded");
        hd_error_add_details(failure, dlerror());
        g_propagate_error(error, failure);
        return FALSE;
    }
    *ret_functions = functions;
    return TRUE;
}

gboolean
hd_libvirt_load(GError **error)
{
    static GMutex mutex;
    static gboolean is_loaded;
    g_autoptr(GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new(&mutex);

    if (!is_loaded)
        is_loaded = hd_libvirt_load_from(LIBRARY, &hd_libvirt, error);
    return is_loaded;
}
