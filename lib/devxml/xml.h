/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdXml: the devices of one text, what there is to say about them, and what kind of text it was.
 */
#pragma once

#include <hostdev/devxml.h>

#include "devxml/hostdev.h"
#include "devxml/machine.h"

G_BEGIN_DECLS

struct _HdXml {
    GPtrArray *hostdevs; /* HdHostdev, in document order */
    GPtrArray *warnings; /* char *, ends with NULL */
    gboolean is_list;    /* read from a <devices> list or a <domain> */
    GArray *nics;        /* HdNicMetadata of a <domain>; NULL when the text is none */
    HdMachine *machine;  /* what the text says of it */
};

G_END_DECLS
