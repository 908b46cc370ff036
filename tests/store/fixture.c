/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A folder for a store, records to put into it, and the database behind its back.
 */
#include "fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

void
store_set_up(StoreFixture *fixture, gconstpointer above)
{
    fixture->parent = g_build_filename(above != NULL ? above : g_get_tmp_dir(),
                                       "hostdev-store-XXXXXX", NULL);
    fixture->parent = g_mkdtemp(fixture->parent);
    g_assert_nonnull(fixture->parent);
    fixture->folder = g_build_filename(fixture->parent, "a", "store", NULL);
    fixture->path = g_build_filename(fixture->folder, "hostdev.db", NULL);
}

static void
remove_tree(const char *path)
{
    if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK) && g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
        const char *name;

        while ((name = g_dir_read_name(dir)) != NULL) {
            g_autofree char *child = g_build_filename(path, name, NULL);
            remove_tree(child);
        }
    }
    g_assert_cmpint(g_remove(path), ==, 0);
}

void
store_tear_down(StoreFixture *fixture, gconstpointer unused)
{
    remove_tree(fixture->parent);
    g_free(fixture->parent);
    g_free(fixture->folder);
    g_free(fixture->path);
}

HdStore *
store_open(const StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    HdStore *store = hd_store_open(fixture->folder, &error);

    g_assert_no_error(error);
    g_assert_nonnull(store);
    g_assert_cmpstr(hd_store_get_note(store), ==, NULL);
    return store;
}

HdSavedNic *
new_record(const char *device, const char *boot_id)
{
    HdSavedNic *nic = g_new0(HdSavedNic, 1);

    nic->device = g_strdup(device);
    nic->pf = g_strdup("pci_0000_01_00_0");
    nic->index = 7;
    nic->provider = g_strdup("libvirt");
    nic->vm = g_strdup("db <\"old\"> ';-- \xc3\xa4 1");
    nic->vm_uuid = g_strdup("5a2b6c70-0001-4000-8000-000000000001");
    nic->before.fields = HD_NIC_MAC | HD_NIC_VLAN | HD_NIC_RATE | HD_NIC_LINK_STATE;
    nic->before.vlan_id = 4095; /* the MAC address is zero: nobody had set one */
    nic->before.min_rate = 9;
    nic->before.max_rate = 3;
    memcpy(nic->own_mac, "\x52\x54\x00\x00\x00\x07", 6);
    g_assert_true(hd_nic_settings_set(&nic->wanted, "virtualport",
                                      "802.1Qbh:profileid=a;b=%41,\xc3\xa4", NULL));
    g_assert_true(hd_nic_settings_set(&nic->wanted, "mac", "52:54:00:12:34:56", NULL));
    g_assert_true(hd_nic_settings_set(&nic->wanted, "vlan", "42:3:802.1ad", NULL));
    nic->boot_id = g_strdup(boot_id);
    nic->time_s = G_GINT64_CONSTANT(1790000000);
    return nic;
}

void
assert_same_record(const HdSavedNic *a, const HdSavedNic *b)
{
    g_assert_cmpstr(a->device, ==, b->device);
    g_assert_cmpstr(a->pf, ==, b->pf);
    g_assert_cmpuint(a->index, ==, b->index);
    g_assert_cmpstr(a->provider, ==, b->provider);
    g_assert_cmpstr(a->vm, ==, b->vm);
    g_assert_cmpstr(a->vm_uuid, ==, b->vm_uuid);
    g_assert_true(hd_nic_settings_equal(&a->before, &b->before));
    g_assert_cmpmem(a->own_mac, 6, b->own_mac, 6);
    g_assert_true(hd_nic_settings_equal(&a->wanted, &b->wanted));
    g_assert_cmpstr(a->boot_id, ==, b->boot_id);
    g_assert_cmpint(a->time_s, ==, b->time_s);
}

void
edit_database(const char *path, const char *sql)
{
    sqlite3 *db = NULL;

    g_assert_cmpint(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
    int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
    g_assert_cmpstr(sqlite3_errmsg(db), ==, "not an error");
    g_assert_cmpint(result, ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
}

char *
ask_database(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;

    g_assert_cmpint(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    char *answer = g_strdup((const char *) sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
    return answer;
}

unsigned
count_files(const char *folder, const char *part)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    unsigned n = 0;

    while ((name = g_dir_read_name(dir)) != NULL)
        n += strstr(name, part) != NULL;
    return n;
}
