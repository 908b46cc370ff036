/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A folder for a store, records to put into it, and the database behind its back.
 */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

#define BOOT "0f6c2d1e-5a2b-4c70-8000-000000000001"
#define OTHER_BOOT "0f6c2d1e-5a2b-4c70-8000-000000000002"

typedef struct {
    char *folder; /* not there at first */
    char *path;   /* of the database */
    char *parent;
} StoreFixture;

/* In the folder above (char *), for users who may not go where temporary files are; NULL: there. */
void store_set_up(StoreFixture *fixture, gconstpointer above);
void store_tear_down(StoreFixture *fixture, gconstpointer unused);

/* Opens without error and note. */
HdStore *store_open(const StoreFixture *fixture);

/* A record of that device with most members filled. */
HdSavedNic *new_record(const char *device, const char *boot_id);

void assert_same_record(const HdSavedNic *a, const HdSavedNic *b);

/* Runs SQL as somebody with the sqlite3 shell would. */
void edit_database(const char *path, const char *sql);

/* The first value of the answer. */
char *ask_database(const char *path, const char *sql);

/* How many files of the folder have that in their name. */
unsigned count_files(const char *folder, const char *part);

G_END_DECLS
