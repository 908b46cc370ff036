/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * CliTable: rows of cells in aligned columns that fit the terminal.
 */
#pragma once

#include "output.h"

G_BEGIN_DECLS

typedef struct {
    const char *title;
    unsigned turn;      /* which column becomes narrower first on a terminal: 1, then 2, ... */
    unsigned min_width; /* how narrow it becomes before the next one has its turn */
    gboolean is_number; /* to the right */
} CliColumn;

typedef struct _CliTable CliTable;

/* The columns must outlive the table. */
CliTable *cli_table_new(const CliColumn *columns, unsigned n_columns);
void cli_table_free(CliTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliTable, cli_table_free)

/* Adds the next cell, row by row; NULL and "" show as "-". */
void cli_table_add(CliTable *table, CliStyle style, const char *text);

/* Adds a number, "-" if it is negative. */
void cli_table_add_number(CliTable *table, gint64 number);

/* Puts the table into the output. */
void cli_table_print(const CliTable *table, CliOutput *out, gboolean has_titles);

G_END_DECLS
