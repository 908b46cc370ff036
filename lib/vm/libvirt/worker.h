/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdWorker: a thread that owns the connection to libvirt, so that each call has a deadline even
 * where libvirt has none.
 */
#pragma once

#include "vm/libvirt/library.h"

G_BEGIN_DECLS

typedef struct _HdWorker HdWorker;

/* Runs in the worker's thread. Returns the result, or NULL with an error. */
typedef gpointer (*HdWorkerFunc)(virConnectPtr connection, gpointer data, GError **error);

typedef struct {
    HdWorkerFunc func;
    gpointer data;              /* given away with the call: it may outlive its caller */
    GDestroyNotify free_data;   /* may be NULL */
    GDestroyNotify free_result; /* of a result that comes too late; may be NULL */
    unsigned timeout_ms;
    const char *action;               /* for messages: "list VMs" */
    void (*tick)(gpointer tick_data); /* in the caller's thread about once a second; may be NULL */
    gpointer tick_data;
} HdWorkerCall;

/* uri NULL: libvirt's default. Nothing is connected yet. */
HdWorker *hd_worker_new(const char *uri);

/* Closes the connection. */
void hd_worker_free(HdWorker *worker);

/* Connects if needed, runs the function and waits for it. HD_ERROR_TIMEOUT when it has not returned
 * in time: it then goes on by itself, and the next call gets a new thread and connection. */
gpointer hd_worker_call(HdWorker *worker, const HdWorkerCall *call, GError **error);

G_END_DECLS
