/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a device element has besides its model: kept, to be given back.
 *
 * Reading marks what goes into the model ("takes" it); what is not taken is the rest.
 */
#pragma once

#include "devxml/document.h"
#include "devxml/hostdev.h"
#include "devxml/tree.h"

G_BEGIN_DECLS

typedef struct _HdHostdevRest {
    HdNode *node; /* the device element without what the model has of it */
    long line;    /* where it begins in its document */
} HdHostdevRest;

/* Marks an attribute or an element (not what it contains) as taken; a missing attribute is none. */
void hd_rest_take_attribute(xmlNode *element, const char *attribute);
void hd_rest_take_element(xmlNode *element);

/* Marks an element with all that it contains as not to be kept. */
void hd_rest_drop_element(xmlNode *element);
gboolean hd_rest_is_dropped(const xmlNode *element);

/* Takes back all marks of the element and what it contains. */
void hd_rest_forget_marks(xmlNode *element);

/* All of the element that is not taken. */
HdHostdevRest *hd_rest_new(xmlNode *element);

/* All of the element, taken or not. */
HdHostdevRest *hd_rest_new_whole(xmlNode *element);

HdHostdevRest *hd_rest_copy(const HdHostdevRest *rest);
void hd_rest_free(HdHostdevRest *rest);

/* The device's child element of that name, as far as it is kept; NULL when nothing of it is. */
const HdNode *hd_rest_find(const HdHostdev *hostdev, const char *name);

/* Forgets what is kept of a child element. */
void hd_rest_forget(HdHostdev *hostdev, const char *name);

G_END_DECLS
