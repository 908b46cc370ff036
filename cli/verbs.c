/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of verbs. It is the one place that says what a verb is called and takes; the help, the
 * completion and the checks of the manual pages read it.
 */
#include "candidates.h"
#include "verb.h"

#define ANY G_MAXUINT
#define READING (CLI_OPTION_HOST | CLI_OPTIONS_POLICY | CLI_OPTIONS_TABLE | CLI_OPTION_CONNECT)
#define STATE (CLI_OPTION_CONNECT | CLI_OPTION_STATE_DIR)
#define CHANGING (CLI_OPTIONS_SCOPE | CLI_OPTIONS_POLICY | CLI_OPTIONS_TEXT | STATE)
#define GIVING (CLI_OPTION_RELEASE_GROUP | CLI_OPTION_NIC | CLI_OPTION_BRING_UP_PF | CLI_OPTION_XML)

static const CliVerb verbs[] = {
    {
        .name = "list",
        .arguments = "[WORD...]",
        .summary = "list devices",
        .description = "Lists all devices of the host, or those that the options and all WORDs "
                       "fit. A WORD is looked for in the name, address, description, driver and "
                       "ids, in any case.",
        .options = READING | CLI_OPTION_KIND | CLI_OPTION_ELIGIBLE | CLI_OPTION_AVAILABLE |
                   CLI_OPTION_LEAF | CLI_OPTION_GROUP,
        .max_arguments = ANY,
        .run = cli_list_run,
    },
    {
        .name = "tree",
        .arguments = "[DEVICE]",
        .summary = "draw the devices as a tree",
        .description = "Draws all devices of the host, or DEVICE and what is below it, as a tree.",
        .options = CLI_OPTION_HOST | CLI_OPTIONS_POLICY | CLI_OPTIONS_TEXT,
        .max_arguments = 1,
        .run = cli_tree_run,
        .complete = cli_candidates_add_devices,
    },
    {
        .name = "show",
        .arguments = "DEVICE...",
        .summary = "show all facts of devices",
        .description = "Shows all facts of each DEVICE, whether it can be assigned, and if not, "
                       "each reason with what to do about it.",
        .options = CLI_OPTION_HOST | CLI_OPTIONS_POLICY | CLI_OPTIONS_TEXT | STATE,
        .min_arguments = 1,
        .max_arguments = ANY,
        .run = cli_show_run,
        .complete = cli_candidates_add_devices,
    },
    {
        .name = "affected",
        .arguments = "DEVICE...",
        .summary = "list what else leaves the host",
        .description = "Lists the other devices that leave the host when each DEVICE is given to "
                       "a VM: those of its IOMMU group, and all that is below any of them.",
        .options = CLI_OPTION_HOST | CLI_OPTIONS_POLICY | CLI_OPTIONS_TABLE,
        .min_arguments = 1,
        .max_arguments = ANY,
        .run = cli_affected_run,
        .complete = cli_candidates_add_devices,
    },
    {
        .name = "groups",
        .arguments = "[N...]",
        .summary = "list IOMMU groups and their members",
        .description = "Lists the members of all IOMMU groups, or of the groups N.",
        .options = READING,
        .max_arguments = ANY,
        .run = cli_groups_run,
        .complete = cli_candidates_add_groups,
    },
    {
        .name = "plan",
        .arguments = "VM [DEVICE...]",
        .summary = "show what attach or detach would do",
        .description = "Prints each step that attaching DEVICEs to VM (or detaching them) would "
                       "take, with the step that undoes it. Changes nothing.",
        .options = CHANGING | CLI_OPTION_DETACH | GIVING,
        .min_arguments = 1,
        .max_arguments = ANY,
        .run = cli_plan_run,
        .complete = cli_candidates_add_plan,
    },
    {
        .name = "attach",
        .arguments = "VM [DEVICE...]",
        .summary = "give devices to a VM",
        .description = "Gives each DEVICE, or those of --xml, and the devices that must go with "
                       "it, to VM: to the running VM, if it runs, and to its stored "
                       "configuration, if it has one. A virtual function of a network card becomes "
                       "an interface of the VM, with the settings that are asked for. All or "
                       "nothing: when a step fails, the steps before it are undone.",
        .options = CHANGING | GIVING | CLI_OPTION_TIMEOUT | CLI_OPTION_DRY_RUN,
        .min_arguments = 1,
        .max_arguments = ANY,
        .run = cli_attach_run,
        .complete = cli_candidates_add_plan,
    },
    {
        .name = "detach",
        .arguments = "VM DEVICE...",
        .summary = "take devices back from a VM",
        .description = "Takes each DEVICE, and the devices that must come with it, from VM: from "
                       "the running VM, if it runs, and from its stored configuration, if it has "
                       "one. All or nothing: when a step fails, the steps before it are undone.",
        .options = CHANGING | CLI_OPTION_TIMEOUT | CLI_OPTION_DRY_RUN,
        .min_arguments = 2,
        .max_arguments = ANY,
        .run = cli_detach_run,
        .complete = cli_candidates_add_plan,
    },
    {
        .name = "holders",
        .arguments = "[DEVICE...]",
        .summary = "list which VM holds which device",
        .description = "Lists which VM holds which device, for all devices or for each DEVICE: "
                       "running VMs and stored configurations.",
        .options = CLI_OPTIONS_TABLE | CLI_OPTION_CONNECT,
        .max_arguments = ANY,
        .run = cli_holders_run,
        .complete = cli_candidates_add_devices,
    },
    {
        .name = "interfaces",
        .arguments = "VM",
        .summary = "list a VM's interfaces that are host devices",
        .description = "Lists the interfaces of VM that are host devices, with the settings that "
                       "the host makes for them. The same devices stand in `hostdev holders`.",
        .options = CLI_OPTIONS_TABLE | STATE,
        .min_arguments = 1,
        .max_arguments = 1,
        .run = cli_interfaces_run,
        .complete = cli_candidates_add_vms,
    },
    {
        .name = "vms",
        .arguments = "[VM...]",
        .summary = "list VMs and their devices",
        .description = "Lists all VMs of this machine, or each VM, with the host devices that it "
                       "holds.",
        .options = CLI_OPTIONS_TABLE | CLI_OPTION_CONNECT,
        .max_arguments = ANY,
        .run = cli_vms_run,
        .complete = cli_candidates_add_vms,
    },
    {
        .name = "recover",
        .arguments = "",
        .summary = "put back what a crash or another program has left",
        .description = "Puts the settings of network functions back whose VM no longer has them: "
                       "after a crash, or after another program has taken them from the VM. What a "
                       "VM still has is left alone. Safe to run at any time.",
        .options = CLI_OPTIONS_TABLE | STATE,
        .run = cli_recover_run,
    },
    {
        .name = "record",
        .arguments = "[FILE]",
        .summary = "record the host into an archive",
        .description = "Writes all that the other verbs read about the host into an archive "
                       "(tar, gzip), to FILE or to standard output. `hostdev --host FILE list` "
                       "reads it.",
        .options = CLI_OPTION_HOST | CLI_OPTION_MASK | CLI_OPTION_JSON | CLI_OPTION_QUIET,
        .max_arguments = 1,
        .run = cli_record_run,
        .complete = cli_candidates_add_files,
    },
    {
        .name = "xml",
        .arguments = "FILE",
        .summary = "check device XML and print it",
        .description = "Reads assigned devices as libvirt's XML has them: a device element, a "
                       "list or a whole domain, from FILE or, for -, from standard input. Prints "
                       "them as libvirt would, or the arguments with which QEMU has them.",
        .options = CLI_OPTION_HOST | CLI_OPTION_JSON | CLI_OPTION_QUIET | CLI_OPTION_QEMU_ARGS,
        .min_arguments = 1,
        .max_arguments = 1,
        .run = cli_xml_run,
        .complete = cli_candidates_add_files,
    },
    {
        .name = "help",
        .arguments = "[VERB]",
        .summary = "show help for a verb",
        .description = "Prints the list of verbs, or the help of VERB.",
        .max_arguments = 1,
        .run = cli_help_run,
        .complete = cli_candidates_add_verbs,
        .is_internal = TRUE,
    },
    {
        .name = "libvirt-hook",
        .arguments = "VM OPERATION [WORD...]",
        .summary = "do what is due as libvirt starts and ends a VM",
        .description = "Called by libvirt's hook for QEMU, with the VM's definition on standard "
                       "input: saves, makes and puts back settings of network functions.",
        .options = CLI_OPTION_STATE_DIR,
        .min_arguments = 2,
        .max_arguments = ANY,
        .run = cli_libvirt_hook_run,
        .is_internal = TRUE,
    },
    {
        .name = "complete",
        .arguments = "[--] WORD...",
        .summary = "complete a command line, for shells",
        .description = "Prints what the last WORD of a command line could become, one candidate "
                       "per line with a tab and a description.",
        .max_arguments = ANY,
        .run = cli_complete_run,
        .is_internal = TRUE,
    },
};

const CliVerb *
cli_verb_list(unsigned *ret_n)
{
    *ret_n = G_N_ELEMENTS(verbs);
    return verbs;
}

const CliVerb *
cli_verb_find(const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (g_str_equal(verbs[i].name, name))
            return &verbs[i];
    }
    return NULL;
}
