/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Assigned devices as libvirt's device XML.
 */
#pragma once

#include <glib.h>
#include <hostdev/error.h>

G_BEGIN_DECLS

/**
 * HdXml:
 *
 * The assigned devices of a piece of XML: a device element (`hostdev` or `interface`), a `devices`
 * list or a whole `domain`. Opaque and immutable.
 *
 * Since: 0.1
 */
typedef struct _HdXml HdXml;

/**
 * hd_xml_parse:
 * @text: the XML, UTF-8
 * @error: return location for a #GError: %HD_ERROR_INVALID, %HD_ERROR_LIMIT
 *
 * Reads assigned devices by the rules of libvirt's grammar (libvirt, "Domain XML format", "Host
 * device assignment", "PCI passthrough"; the differences are in docs/libvirt-differences.md).
 * Nothing is looked up: no host, no file, no network. An error names line, element, attribute,
 * value and what is allowed. Other devices are passed over.
 *
 * Returns: (transfer full) (nullable): the devices, %NULL on error
 *
 * Since: 0.1
 */
HdXml *hd_xml_parse(const char *text, GError **error);

/**
 * hd_xml_free:
 * @xml: (nullable): devices
 *
 * Frees them.
 *
 * Since: 0.1
 */
void hd_xml_free(HdXml *xml);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdXml, hd_xml_free)

/**
 * hd_xml_get_n_devices:
 * @xml: devices
 *
 * Returns: how many there are
 *
 * Since: 0.1
 */
unsigned hd_xml_get_n_devices(const HdXml *xml);

/**
 * hd_xml_get_warnings:
 * @xml: devices
 *
 * What is good grammar and cannot be started, or has no effect: refused when it is attached, or
 * without effect then.
 *
 * Returns: (transfer none) (array zero-terminated=1): one sentence each
 *
 * Since: 0.1
 */
const char *const *hd_xml_get_warnings(const HdXml *xml);

/**
 * hd_xml_format:
 * @xml: devices
 *
 * Returns: (transfer full): the devices in the order and spelling in which libvirt prints them; a
 *   `devices` list or a single element, as what was read
 *
 * Since: 0.1
 */
char *hd_xml_format(const HdXml *xml);

/**
 * HdXmlNodeFunc:
 * @device: a node device name, such as `scsi_2_0_3_0`
 * @data: what was given with the function
 * @error: return location for a #GError
 *
 * Looks up the device node of a SCSI logical unit for hd_xml_dup_qemu_args(), such as `/dev/sg3`
 * (hd_host_find() and #HdScsiFacts know it).
 *
 * Returns: (transfer full) (nullable): the path, %NULL on error
 *
 * Since: 0.1
 */
typedef char *(*HdXmlNodeFunc)(const char *device, gpointer data, GError **error);

/**
 * hd_xml_dup_qemu_args:
 * @xml: devices
 * @find_node: (scope call) (nullable): looks up nodes of SCSI logical units, the only thing that
 *   the XML does not say and an argument must have
 * @data: for @find_node
 * @ret_notes: (out) (optional) (transfer full) (array zero-terminated=1): one sentence for each
 *   thing that the arguments do not say: the file with the password of an iSCSI user, settings
 *   that the host makes
 * @error: return location for a #GError: %HD_ERROR_UNSUPPORTED for what QEMU cannot start, and for
 *   SCSI logical units without @find_node; those of @find_node
 *
 * Makes the QEMU arguments of the devices: `-blockdev` and `-device`, each followed by its JSON
 * (QEMU, "Device options"; JSON since 6.2). Ids are the aliases, else `hostdev0` and so on in the
 * order of libvirt: interfaces first. Nothing is looked up but by @find_node, and nothing stands
 * for a value that is not known. Buses have their names from the machine of a `domain`; without one
 * an address on PCI bus 0 has no `bus`, which is QEMU's root bus.
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): option and value by turns, %NULL
 *   on error
 *
 * Since: 0.1
 */
char **hd_xml_dup_qemu_args(const HdXml *xml,
                            HdXmlNodeFunc find_node,
                            gpointer data,
                            char ***ret_notes,
                            GError **error);

G_END_DECLS
