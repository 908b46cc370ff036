/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The modelled host and its VMs.
 */
#include "fixture.h"

#include <string.h>

#include "assign/engine.h"

static const FakeDevice devices[] = {
    {"0000:00:01.0", 8, "1b36:000c", 0x060400, "pcieport", TRUE},
    {"0000:00:02.0", 1, "8086:10d3", 0x020000, "e1000e", TRUE},
    {"0000:00:02.1", 1, "1b36:0010", 0x010802, "nvme", TRUE},
    {"0000:00:02.2", 1, "1234:11e8", 0x00ff00, NULL, FALSE},
    {"0000:00:05.0", 5, "8086:10d3", 0x020000, "e1000e", TRUE},
    {"0000:00:07.0", 7, "8086:10ca", 0x020000, "igbvf", TRUE},
    {"0000:00:1f.0", 2, "8086:2918", 0x060100, "lpc_ich", TRUE},
    {"0000:00:1f.2", 2, "8086:2922", 0x010601, "ahci", TRUE},
};

void
fixture_look_again(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;

    fake_host_settle(fixture->fake);
    g_clear_pointer(&fixture->host, hd_host_unref);
    fixture->host = hd_engine_take_snapshot(fixture->engine, &error);
    g_assert_no_error(error);
}

void
fixture_set_up(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *vms = g_test_build_filename(G_TEST_DIST, "assign", "data", "vms.xml", NULL);
    g_autofree char *uri = g_strconcat("test://", vms, NULL);

    fixture->fake = fake_host_new(devices, G_N_ELEMENTS(devices));
    fixture->engine = hd_engine_new(uri, NULL);
    hd_engine_set_host_folder(fixture->engine, fake_host_get_folder(fixture->fake));
    fixture->vms = fault_vm_new(fixture->engine->provider, fixture->fake);
    fixture->engine->provider = fault_vm_get_provider(fixture->vms);
    fixture_look_again(fixture);
}

void
fixture_tear_down(Fixture *fixture, gconstpointer unused)
{
    hd_host_unref(fixture->host);
    hd_engine_free(fixture->engine);
    fake_host_free(fixture->fake);
}

HdPlan *
fixture_plan(Fixture *fixture,
             gboolean is_attach,
             const char *vm,
             const char *const *names,
             HdPlanFlags flags,
             GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new();

    for (; *names != NULL; names++) {
        const HdDevice *device = hd_host_find(fixture->host, *names);

        g_assert_nonnull(device);
        g_ptr_array_add(list, (gpointer) device);
    }
    HdPlanRequest request = {vm, (const HdDevice *const *) list->pdata, list->len, flags};
    return is_attach ? hd_plan_new_attach(fixture->engine, fixture->host, &request, error)
                     : hd_plan_new_detach(fixture->engine, fixture->host, &request, error);
}

void
fixture_do(Fixture *fixture,
           gboolean is_attach,
           const char *vm,
           const char *const *names,
           HdPlanFlags flags)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = fixture_plan(fixture, is_attach, vm, names, flags, &error);

    g_assert_no_error(error);
    hd_plan_run(plan, NULL, NULL, &error);
    g_assert_no_error(error);
    fixture_look_again(fixture);
}

static int
compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* A device that went and came back stands at the end: the order says nothing. */
static char *
describe_live(Fixture *fixture, const char *vm)
{
    g_autofree char *xml = fault_vm_dup_live(fixture->vms, vm);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

    if (xml == NULL)
        return g_strdup("does not run");
    g_autoptr(GPtrArray) hostdevs = hd_hostdev_list_from_domain(xml, NULL);
    for (unsigned i = 0; i < hostdevs->len; i++)
        g_ptr_array_add(texts, hd_hostdev_format(g_ptr_array_index(hostdevs, i)));
    g_ptr_array_sort(texts, compare_texts);
    g_ptr_array_add(texts, NULL);
    return g_strjoinv("\n", (char **) texts->pdata);
}

char *
fixture_describe(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) vms = hd_engine_list_vms(fixture->engine, &error);
    HdVmProvider *provider = fixture->engine->provider;
    GString *text = g_string_new(NULL);

    fake_host_settle(fixture->fake);
    g_autofree char *drivers = fake_host_describe(fixture->fake);
    g_string_append(text, drivers);

    g_assert_no_error(error);
    for (unsigned i = 0; i < vms->len; i++) {
        const HdVm *vm = g_ptr_array_index(vms, i);
        g_autofree char *live = describe_live(fixture, vm->name);
        g_autofree char *stored = provider->klass->read_definition(provider, vm->name,
                                                                   HD_VM_SCOPE_CONFIG, &error);

        g_assert_no_error(error);
        g_string_append_printf(text, "%s\n%s\n%s\n", vm->name, live, stored);
    }
    return g_string_free(text, FALSE);
}

char *
fixture_describe_steps(const HdPlan *plan)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < hd_plan_get_n_steps(plan); i++) {
        const HdPlanStep *step = hd_plan_get_step(plan, i);

        g_string_append_printf(text, "%s%s%s%s", i > 0 ? " " : "", step->name,
                               step->device != NULL ? ":" : "",
                               step->device != NULL ? step->device : "");
    }
    return g_string_free(text, FALSE);
}

void
fixture_add(const char *path, void (*test)(Fixture *, gconstpointer))
{
    g_test_add(path, Fixture, NULL, fixture_set_up, test, fixture_tear_down);
}
