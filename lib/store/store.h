/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdStore: what must outlast a crash, in one SQLite database (WAL, synchronous full).
 */
#pragma once

#include <glib.h>
#include <hostdev/nic.h>

G_BEGIN_DECLS

/* The database's name in its folder. */
#define HD_STORE_FILE "hostdev.db"

typedef struct _HdStore HdStore;

/* Opens it in the folder; folder (0700) and file (0600) are made when they are not there.
 * A database of a newer schema is HD_ERROR_UNSUPPORTED; a damaged one is set aside under another
 * name and a new one made, told by hd_store_get_note(). HD_ERROR_BUSY after 10 s. */
HdStore *hd_store_open(const char *folder, GError **error);
void hd_store_free(HdStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdStore, hd_store_free)

/* One sentence for the administrator, NULL when there is nothing to tell. */
const char *hd_store_get_note(const HdStore *store);

/* Settings of a network function as they were before an assignment changed them. */
typedef struct {
    char *device;   /* node device name of the function: key */
    char *pf;       /* node device name of its physical function */
    unsigned index; /* of the function below it */
    char *provider; /* of the VM */
    char *vm;
    char *vm_uuid;        /* NULL: unknown */
    HdNicSettings before; /* what the physical function's table said */
    guint8 own_mac[6];    /* the function's own interface had it; zero: it had no interface */
    HdNicSettings wanted; /* what the assignment asks for */
    char *boot_id;        /* of the boot in which it was saved: settings do not outlast a boot */
    gint64 time_s;        /* since the epoch */
} HdSavedNic;

void hd_saved_nic_free(HdSavedNic *nic);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdSavedNic, hd_saved_nic_free)

/* Durable when it returns TRUE. Where there is a record of the same device and boot already, its
 * before and own_mac stay, since they tell the true original; all else is replaced. */
gboolean hd_store_save_nic(HdStore *store, const HdSavedNic *nic, GError **error);

/* The record, NULL without an error when there is none. A record of another boot is none, and is
 * removed. */
HdSavedNic *hd_store_find_nic(HdStore *store,
                              const char *device,
                              const char *boot_id,
                              GError **error);

/* GPtrArray of HdSavedNic of this boot, by device. */
GPtrArray *hd_store_list_nics(HdStore *store, const char *boot_id, GError **error);

/* Removing one that is not there is success. */
gboolean hd_store_forget_nic(HdStore *store, const char *device, GError **error);

G_END_DECLS
