/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * CliTable: collecting cells, fitting columns, printing.
 */
#include "table.h"

#include "text.h"

#define GAP 2
#define NARROWEST 3

typedef struct {
    char *text;
    CliStyle style;
} Cell;

struct _CliTable {
    const CliColumn *columns;
    unsigned n_columns;
    GArray *cells;
};

static void
cell_clear(gpointer data)
{
    Cell *cell = data;

    g_free(cell->text);
}

CliTable *
cli_table_new(const CliColumn *columns, unsigned n_columns)
{
    CliTable *table = g_new0(CliTable, 1);

    table->columns = columns;
    table->n_columns = n_columns;
    table->cells = g_array_new(FALSE, FALSE, sizeof(Cell));
    g_array_set_clear_func(table->cells, cell_clear);
    return table;
}

void
cli_table_free(CliTable *table)
{
    if (table == NULL)
        return;
    g_array_unref(table->cells);
    g_free(table);
}

void
cli_table_add(CliTable *table, CliStyle style, const char *text)
{
    Cell cell = {.style = style};

    cell.text = cli_text_escape(text != NULL && *text != '\0' ? text : "-");
    g_array_append_val(table->cells, cell);
}

void
cli_table_add_number(CliTable *table, gint64 number)
{
    char digits[24];

    g_snprintf(digits, sizeof digits, "%" G_GINT64_FORMAT, number);
    cli_table_add(table, CLI_STYLE_NONE, number >= 0 ? digits : NULL);
}

static unsigned
sum_widths(const unsigned *widths, unsigned n_columns)
{
    unsigned sum = GAP * (n_columns - 1);

    for (unsigned i = 0; i < n_columns; i++)
        sum += widths[i];
    return sum;
}

/* Takes what is too much from one column. */
static void
shrink(const CliTable *table, unsigned *widths, unsigned limit, unsigned column, unsigned min)
{
    unsigned sum = sum_widths(widths, table->n_columns);

    if (sum > limit && widths[column] > min)
        widths[column] = MAX(min, widths[column] - MIN(widths[column], sum - limit));
}

/* Makes columns narrower by turns. If that is not enough, the terminal is very narrow: then those
 * on the right give all but a few letters. */
static void
fit(const CliTable *table, unsigned *widths, unsigned limit)
{
    for (unsigned turn = 1; turn <= table->n_columns; turn++) {
        for (unsigned i = 0; i < table->n_columns; i++) {
            if (table->columns[i].turn == turn)
                shrink(table, widths, limit, i, table->columns[i].min_width);
        }
    }
    for (unsigned i = table->n_columns; i-- > 0;)
        shrink(table, widths, limit, i, NARROWEST);
}

static void
measure(const CliTable *table, gboolean has_titles, unsigned *ret_widths)
{
    for (unsigned i = 0; i < table->n_columns; i++)
        ret_widths[i] = has_titles ? cli_text_width(table->columns[i].title) : 0;
    for (unsigned i = 0; i < table->cells->len; i++) {
        unsigned width = cli_text_width(g_array_index(table->cells, Cell, i).text);

        ret_widths[i % table->n_columns] = MAX(ret_widths[i % table->n_columns], width);
    }
}

static void
append_spaces(CliOutput *out, unsigned n_spaces)
{
    while (n_spaces-- > 0)
        g_string_append_c(out->text, ' ');
}

/* One cell, cut to its column; the last one of a row gets no spaces behind it. */
static void
print_cell(const CliTable *table, CliOutput *out, unsigned index, unsigned width, const Cell *cell)
{
    g_autofree char *text = cli_output_dup_safe(out, cell->text);
    unsigned used;

    if (out->width > 0) {
        char *cut = cli_text_cut(text, width, out->is_utf8 ? "…" : "...");

        g_free(text);
        text = cut;
    }
    used = cli_text_width(text);
    if (table->columns[index].is_number && used < width)
        append_spaces(out, width - used);
    cli_output_add_text(out, cell->style, text);
    if (index + 1 == table->n_columns) {
        cli_output_add(out, "\n");
        return;
    }
    if (!table->columns[index].is_number && used < width)
        append_spaces(out, width - used);
    append_spaces(out, GAP);
}

void
cli_table_print(const CliTable *table, CliOutput *out, gboolean has_titles)
{
    g_autofree unsigned *widths = g_new0(unsigned, table->n_columns);

    if (table->cells->len == 0)
        return;
    measure(table, has_titles, widths);
    if (out->width > 0)
        fit(table, widths, out->width);
    for (unsigned i = 0; has_titles && i < table->n_columns; i++) {
        Cell title = {(char *) table->columns[i].title, CLI_STYLE_TITLE};

        print_cell(table, out, i, widths[i], &title);
    }
    for (unsigned i = 0; i < table->cells->len; i++) {
        unsigned column = i % table->n_columns;

        print_cell(table, out, column, widths[column], &g_array_index(table->cells, Cell, i));
    }
}
