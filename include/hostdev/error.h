/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Errors: one domain, stable codes, and what travels beside the message.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HD_ERROR:
 *
 * The error domain of every error that this library returns. The code is one of #HdErrorCode.
 *
 * Since: 0.1
 */
#define HD_ERROR (hd_error_quark())

/**
 * HdErrorCode:
 * @HD_ERROR_FAILED: an error without a code of its own
 * @HD_ERROR_INVALID: malformed input: a name, XML, an archive, an option
 * @HD_ERROR_NOT_FOUND: no such device, VM or file
 * @HD_ERROR_AMBIGUOUS: a short form that fits more than one device
 * @HD_ERROR_EXISTS: the device is already assigned to this VM
 * @HD_ERROR_BUSY: another operation or another VM holds the device
 * @HD_ERROR_IN_USE: the host uses the device
 * @HD_ERROR_GROUP_UNSAFE: the IOMMU group cannot be made viable
 * @HD_ERROR_PROTECTED: the device is not eligible for assignment
 * @HD_ERROR_DENIED: the caller lacks the right (permission, policy)
 * @HD_ERROR_UNSUPPORTED: the VM, its provider or the device cannot do this
 * @HD_ERROR_NO_IOMMU: the host has no active IOMMU
 * @HD_ERROR_LIMIT: a bound on size or number was exceeded
 * @HD_ERROR_TIMEOUT: a bounded wait has ended without an answer
 * @HD_ERROR_CANCELLED: the caller cancelled
 * @HD_ERROR_KERNEL: a system call or sysfs write failed
 * @HD_ERROR_LIBVIRT: libvirt answered with an error
 * @HD_ERROR_GUEST_REFUSED: the guest refused to release the device
 * @HD_ERROR_STATE_CHANGED: the facts that a plan rests on have changed
 * @HD_ERROR_UNDO_FAILED: an operation failed and could not be undone whole
 *
 * Stable codes. New ones are added at the end only.
 *
 * Since: 0.1
 */
typedef enum {
    HD_ERROR_FAILED,
    HD_ERROR_INVALID,
    HD_ERROR_NOT_FOUND,
    HD_ERROR_AMBIGUOUS,
    HD_ERROR_EXISTS,
    HD_ERROR_BUSY,
    HD_ERROR_IN_USE,
    HD_ERROR_GROUP_UNSAFE,
    HD_ERROR_PROTECTED,
    HD_ERROR_DENIED,
    HD_ERROR_UNSUPPORTED,
    HD_ERROR_NO_IOMMU,
    HD_ERROR_LIMIT,
    HD_ERROR_TIMEOUT,
    HD_ERROR_CANCELLED,
    HD_ERROR_KERNEL,
    HD_ERROR_LIBVIRT,
    HD_ERROR_GUEST_REFUSED,
    HD_ERROR_STATE_CHANGED,
    HD_ERROR_UNDO_FAILED,
} HdErrorCode;

/**
 * hd_error_quark:
 *
 * Returns: the quark of the domain %HD_ERROR
 *
 * Since: 0.1
 */
GQuark hd_error_quark(void);

/**
 * hd_error_get_name:
 * @error: an error; a foreign domain counts as %HD_ERROR_FAILED
 *
 * The stable spelling of the error's code for programs, such as `group-unsafe`.
 *
 * Returns: (transfer none): a static string
 *
 * Since: 0.1
 */
const char *hd_error_get_name(const GError *error);

/**
 * hd_error_get_http_status:
 * @error: an error; a foreign domain counts as %HD_ERROR_FAILED
 *
 * Returns: the HTTP status code that stands for the error's code, 400 to 504
 *
 * Since: 0.1
 */
int hd_error_get_http_status(const GError *error);

/**
 * hd_error_get_exit_code:
 * @error: an error; a foreign domain counts as %HD_ERROR_FAILED
 *
 * Returns: the exit code of the command line for the error's code: 1 failed and everything is as
 *   before, 2 bad input, 3 not found, 4 refused, 5 recovery needed
 *
 * Since: 0.1
 */
int hd_error_get_exit_code(const GError *error);

/**
 * hd_error_get_hint:
 * @error: an error
 *
 * What the user can do about it, as one sentence.
 *
 * Returns: (transfer none) (nullable): the hint, owned by @error, or %NULL if there is none
 *
 * Since: 0.1
 */
const char *hd_error_get_hint(const GError *error);

/**
 * hd_error_get_device:
 * @error: an error
 *
 * Returns: (transfer none) (nullable): the node device name of the device that the error is about,
 *   owned by @error, or %NULL
 *
 * Since: 0.1
 */
const char *hd_error_get_device(const GError *error);

/**
 * hd_error_get_details:
 * @error: an error
 *
 * The raw text of the system below (libvirt, QEMU, kernel), where there is one.
 *
 * Returns: (transfer none) (nullable): the text, owned by @error, or %NULL
 *
 * Since: 0.1
 */
const char *hd_error_get_details(const GError *error);

G_END_DECLS
