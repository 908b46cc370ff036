/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Node device names.
 */
#include "base/names.h"

void
hd_node_name_append(GString *name, const char *text)
{
    for (; *text != '\0' && name->len < HD_NODE_NAME_MAX; text++)
        g_string_append_c(name, g_ascii_isalnum(*text) ? *text : '_');
}
