/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The JSON form of things, the same for the command line and the REST API.
 */
#pragma once

#include <glib.h>
#include <hostdev/assign.h>
#include <hostdev/devxml.h>
#include <hostdev/host.h>
#include <hostdev/network.h>
#include <hostdev/usage.h>
#include <hostdev/verdict.h>
#include <hostdev/vm.h>

G_BEGIN_DECLS

/**
 * HdJson:
 *
 * A streaming writer of one JSON document. Opaque.
 *
 * Since: 0.1
 */
typedef struct _HdJson HdJson;

/**
 * hd_json_new:
 *
 * Returns: (transfer full): a writer with an empty document
 *
 * Since: 0.1
 */
HdJson *hd_json_new(void);

/**
 * hd_json_free:
 * @json: (nullable): a writer
 *
 * Frees the writer and what it has written.
 *
 * Since: 0.1
 */
void hd_json_free(HdJson *json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdJson, hd_json_free)

/**
 * hd_json_open_array:
 * @json: a writer
 * @name: (nullable): the member's name inside an object, %NULL elsewhere
 *
 * Begins an array.
 *
 * Since: 0.1
 */
void hd_json_open_array(HdJson *json, const char *name);

/**
 * hd_json_close_array:
 * @json: a writer
 *
 * Ends an array.
 *
 * Since: 0.1
 */
void hd_json_close_array(HdJson *json);

/**
 * hd_json_open_object:
 * @json: a writer
 * @name: (nullable): the member's name inside an object, %NULL elsewhere
 *
 * Begins an object.
 *
 * Since: 0.1
 */
void hd_json_open_object(HdJson *json, const char *name);

/**
 * hd_json_close_object:
 * @json: a writer
 *
 * Ends an object.
 *
 * Since: 0.1
 */
void hd_json_close_object(HdJson *json);

/**
 * hd_json_add_string:
 * @json: a writer
 * @name: (nullable): the member's name inside an object, %NULL elsewhere
 * @value: (nullable): the text, `null` for %NULL; bytes that are not UTF-8 become U+FFFD
 *
 * Adds a string.
 *
 * Since: 0.1
 */
void hd_json_add_string(HdJson *json, const char *name, const char *value);

/**
 * hd_json_add_int:
 * @json: a writer
 * @name: (nullable): the member's name inside an object, %NULL elsewhere
 * @value: the number
 *
 * Adds a number.
 *
 * Since: 0.1
 */
void hd_json_add_int(HdJson *json, const char *name, gint64 value);

/**
 * hd_json_add_bool:
 * @json: a writer
 * @name: (nullable): the member's name inside an object, %NULL elsewhere
 * @value: the truth value
 *
 * Adds `true` or `false`.
 *
 * Since: 0.1
 */
void hd_json_add_bool(HdJson *json, const char *name, gboolean value);

/**
 * hd_json_add_device:
 * @json: a writer
 * @device: a device
 * @holders: (nullable): holders of the same snapshot, for the member `holders`
 * @policy: (nullable): the policy, for the member `eligible`
 *
 * Adds the object that stands for a device in lists.
 *
 * Since: 0.1
 */
void hd_json_add_device(HdJson *json,
                        const HdDevice *device,
                        const HdHolders *holders,
                        const HdPolicy *policy);

/**
 * HdDeviceContext:
 * @holders: (nullable): holders of the same snapshot
 * @policy: (nullable): the policy
 * @nics: (nullable) (element-type HdNicState): what hd_engine_read_nics() told of the device
 * @uses: (nullable) (element-type HdUse): what hd_uses_list() told of it and all that goes along
 *
 * What is known of a device beside the snapshot. Set to zero it says nothing.
 *
 * Since: 0.1
 */
typedef struct {
    const HdHolders *holders;
    const HdPolicy *policy;
    const GPtrArray *nics;
    const GPtrArray *uses;
} HdDeviceContext;

/**
 * hd_json_add_device_full:
 * @json: a writer
 * @host: the device's snapshot
 * @device: a device
 * @context: what is known beside that
 *
 * Adds the object that stands for a device on its own: that of lists, its verdict with reasons
 * and affected devices, settings of network functions, and what the host uses it for.
 *
 * Since: 0.1
 */
void hd_json_add_device_full(HdJson *json,
                             HdHost *host,
                             const HdDevice *device,
                             const HdDeviceContext *context);

/**
 * hd_json_add_nic_state:
 * @json: a writer
 * @state: a state
 *
 * Adds the object that stands for the settings of a virtual network function, now and saved.
 *
 * Since: 0.1
 */
void hd_json_add_nic_state(HdJson *json, const HdNicState *state);

/**
 * hd_json_add_interface:
 * @json: a writer
 * @interface: an interface
 *
 * Adds the object that stands for a VM's interface that is a host device.
 *
 * Since: 0.1
 */
void hd_json_add_interface(HdJson *json, const HdVmInterface *interface);

/**
 * hd_json_add_group:
 * @json: a writer
 * @host: a snapshot
 * @group: an IOMMU group's number
 * @holders: (nullable): holders of the same snapshot
 * @policy: (nullable): the policy
 *
 * Adds the object that stands for an IOMMU group.
 *
 * Since: 0.1
 */
void hd_json_add_group(HdJson *json,
                       HdHost *host,
                       int group,
                       const HdHolders *holders,
                       const HdPolicy *policy);

/**
 * hd_json_add_vm:
 * @json: a writer
 * @vm: a VM
 * @holders: (nullable): holders, for the list of the VM's devices
 *
 * Adds the object that stands for a VM.
 *
 * Since: 0.1
 */
void hd_json_add_vm(HdJson *json, const HdVm *vm, const HdHolders *holders);

/**
 * hd_json_add_holder:
 * @json: a writer
 * @device: the device that is held
 * @holder: a holder
 *
 * Adds the object that stands for one VM's hold on a device.
 *
 * Since: 0.1
 */
void hd_json_add_holder(HdJson *json, const HdDevice *device, const HdHolder *holder);

/**
 * hd_json_add_plan:
 * @json: a writer
 * @plan: a plan
 *
 * Adds the object that stands for a plan.
 *
 * Since: 0.1
 */
void hd_json_add_plan(HdJson *json, const HdPlan *plan);

/**
 * hd_json_add_use:
 * @json: a writer
 * @use: a use
 *
 * Adds the object that stands for a use of a device: `name` and `device_type` of the device,
 * `kind`, `severity`, `subject`, and `chain`, an array of texts.
 *
 * Since: 0.1
 */
void hd_json_add_use(HdJson *json, const HdUse *use);

/**
 * hd_json_add_xml:
 * @json: a writer
 * @xml: devices
 *
 * Adds the object that stands for assigned devices of a definition: `hostdevs`, an array with an
 * object for each device in the order of the text, and `warnings`, an array of sentences. A
 * device's object has `name`, `device_type` (`hostdev` or `interface`), `type`, `managed`, `source`
 * (what names the host's device), what else its XML says, and `xml`, the element itself.
 *
 * Since: 0.1
 */
void hd_json_add_xml(HdJson *json, const HdXml *xml);

/**
 * hd_json_add_error:
 * @json: a writer
 * @error: an error
 *
 * Adds the problem object of an error (RFC 9457 with `code`, and Kimchi's `reason`).
 *
 * Since: 0.1
 */
void hd_json_add_error(HdJson *json, const GError *error);

/**
 * hd_json_peek:
 * @json: a writer whose document is complete
 * @ret_length: (out) (optional): length in bytes without the final zero
 *
 * Returns: (transfer none): the document, owned by @json
 *
 * Since: 0.1
 */
const char *hd_json_peek(const HdJson *json, gsize *ret_length);

G_END_DECLS
