/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * CliVerb: one verb of the command, and CliCall: one call of it.
 */
#pragma once

#include "options.h"
#include "output.h"
#include <hostdev/hostdev.h>

G_BEGIN_DECLS

typedef struct _CliCall CliCall;

/* Puts candidates for the argument number @index (from 0) into the answer of `complete`. */
typedef void (*CliCompleteFunc)(CliCall *call, unsigned index, const char *word);

typedef struct {
    const char *name;
    const char *arguments;   /* as the help shows them, "" for none */
    const char *summary;     /* a few words, for the list of verbs */
    const char *description; /* sentences, for the verb's own help */
    gboolean (*run)(CliCall *call, GError **error);
    CliCompleteFunc complete;
    CliOptionSet options;
    unsigned min_arguments;
    unsigned max_arguments;
    gboolean is_internal; /* neither in the list of verbs nor in the manual */
} CliVerb;

/* What one call was given and what it has opened so far (see source.h). */
struct _CliCall {
    const CliVerb *verb;
    CliOptions *options;
    char **arguments;
    unsigned n_arguments;
    CliOutput *out;
    HdPolicy policy;
    HdHost *host;
    GHashTable *group_states; /* IOMMU group to the state of its eligible functions, `char *` */
    HdEngine *engine;
    HdHolders *holders;
    HdXml *xml;
    HdUses *uses;
    int exit_code; /* of a call that has done its work and has something to tell */
};

/* All verbs, in the order of the help. */
const CliVerb *cli_verb_list(unsigned *ret_n);

/* The verb of that name, NULL if there is none. */
const CliVerb *cli_verb_find(const char *name);

/* Parses the command line and carries it out. Returns the exit code. */
int cli_run(int argc, char **argv);

/* One function for each verb, in the file of its name. */
gboolean cli_list_run(CliCall *call, GError **error);
gboolean cli_tree_run(CliCall *call, GError **error);
gboolean cli_show_run(CliCall *call, GError **error);
gboolean cli_affected_run(CliCall *call, GError **error);
gboolean cli_groups_run(CliCall *call, GError **error);
gboolean cli_plan_run(CliCall *call, GError **error);
gboolean cli_attach_run(CliCall *call, GError **error);
gboolean cli_detach_run(CliCall *call, GError **error);
gboolean cli_holders_run(CliCall *call, GError **error);
gboolean cli_interfaces_run(CliCall *call, GError **error);
gboolean cli_recover_run(CliCall *call, GError **error);
gboolean cli_libvirt_hook_run(CliCall *call, GError **error);
gboolean cli_vms_run(CliCall *call, GError **error);
gboolean cli_record_run(CliCall *call, GError **error);
gboolean cli_xml_run(CliCall *call, GError **error);
gboolean cli_help_run(CliCall *call, GError **error);
gboolean cli_complete_run(CliCall *call, GError **error);

G_END_DECLS
