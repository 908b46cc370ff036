/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Replacing secrets. All that is known is looked for at every byte of every text and name, in every
 * spelling that the kernel and udev use: as it is, with blanks as "_", as hexadecimal digits.
 * Too short or too plain ones ("001") would match by accident; they are replaced only where they
 * stand alone (hd_mask_apply_whole()).
 */
#include "base/mask.h"

#include <stdlib.h>
#include <string.h>

#define MAC_DIGITS 12
#define MIN_GLOBAL 6
#define MIN_GLOBAL_PLAIN 8
#define MIN_WWN_DIGITS 16
#define BUCKET_KEY 4
#define MAX_ATTEMPTS 1000

typedef enum {
    KIND_MAC,
    KIND_HEX,
    KIND_TEXT,
} Kind;

typedef struct {
    char *text;
    gsize length;
    char *replacement;
    gboolean needs_boundary;
} Secret;

struct _HdMask {
    /* Learnt and not settled, by kind. */
    GHashTable *pending[3];
    GHashTable *wholes;
    /* Text to Secret. */
    GHashTable *secrets;
    /* The first BUCKET_KEY bytes to the Secrets that begin so, longest first. */
    GHashTable *buckets;
    /* A bit for each pair of bytes that a Secret in a bucket begins with. */
    guint8 filter[65536 / 8];
    /* MAC addresses as twelve digits, to their replacements. */
    GHashTable *macs;
    /* Replacements in use, and how many there are of each shape. */
    GHashTable *used;
    GHashTable *shapes;
};

static void
free_secret(gpointer data)
{
    Secret *secret = data;

    g_free(secret->text);
    g_free(secret->replacement);
    g_free(secret);
}

HdMask *
hd_mask_new(void)
{
    HdMask *mask = g_new0(HdMask, 1);

    for (guint i = 0; i < G_N_ELEMENTS(mask->pending); i++)
        mask->pending[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    mask->wholes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    mask->secrets = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_secret);
    mask->buckets = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
    mask->macs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    mask->used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    mask->shapes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return mask;
}

void
hd_mask_free(HdMask *mask)
{
    if (mask == NULL)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(mask->pending); i++)
        g_hash_table_unref(mask->pending[i]);
    g_hash_table_unref(mask->wholes);
    g_hash_table_unref(mask->buckets);
    g_hash_table_unref(mask->secrets);
    g_hash_table_unref(mask->macs);
    g_hash_table_unref(mask->used);
    g_hash_table_unref(mask->shapes);
    g_free(mask);
}

/* How many different letters and digits there are, up to 4. */
static guint
count_variety(const char *text)
{
    char seen[4] = {0};
    guint count = 0;

    for (; *text != '\0' && count < sizeof seen; text++)
        if ((g_ascii_isalnum(*text) || (guchar) *text >= 0x80) &&
            memchr(seen, *text, count) == NULL)
            seen[count++] = *text;
    return count;
}

static gboolean
is_global(const char *text)
{
    gboolean has_digit = FALSE;
    gboolean has_other = FALSE;
    gboolean has_upper = FALSE;
    gsize length = strlen(text);

    for (const char *c = text; *c != '\0'; c++) {
        has_digit |= g_ascii_isdigit(*c);
        has_other |= !g_ascii_isdigit(*c);
        has_upper |= g_ascii_isupper(*c);
    }
    if (length < MIN_GLOBAL || count_variety(text) < 2)
        return FALSE;
    if (has_digit && has_other)
        return TRUE;
    /* A bare number, or a word: "unknown" and "Default string" are no serial numbers. */
    return length >= MIN_GLOBAL_PLAIN && (has_digit || (has_upper && strchr(text, ' ') == NULL));
}

static guint
get_filter_bit(const char *text)
{
    return (guint) (guchar) text[0] << 8 | (guchar) text[1];
}

static gpointer
get_bucket_key(const char *text)
{
    guint32 key = 0;

    memcpy(&key, text, BUCKET_KEY);
    return GUINT_TO_POINTER(key);
}

static void
add_to_bucket(HdMask *mask, Secret *secret)
{
    GPtrArray *bucket = g_hash_table_lookup(mask->buckets, get_bucket_key(secret->text));
    guint bit = get_filter_bit(secret->text);
    guint place = 0;

    if (bucket == NULL) {
        bucket = g_ptr_array_new();
        g_hash_table_insert(mask->buckets, get_bucket_key(secret->text), bucket);
    }
    while (place < bucket->len && ((Secret *) bucket->pdata[place])->length > secret->length)
        place++;
    g_ptr_array_insert(bucket, (gint) place, secret);
    mask->filter[bit / 8] |= (guint8) (1U << (bit % 8));
}

static void
add_secret(HdMask *mask, const char *text, const char *replacement)
{
    if (text[0] == '\0' || g_hash_table_contains(mask->secrets, text))
        return;
    Secret *secret = g_new0(Secret, 1);
    secret->text = g_strdup(text);
    secret->length = strlen(text);
    secret->replacement = g_strdup(replacement);
    secret->needs_boundary = secret->length < MIN_GLOBAL_PLAIN || count_variety(text) < 4;
    g_hash_table_insert(mask->secrets, secret->text, secret);
    if (is_global(text))
        add_to_bucket(mask, secret);
}

static gboolean
is_hexadecimal(const char *text)
{
    for (; *text != '\0'; text++)
        if (g_ascii_isalpha(*text) && !g_ascii_isxdigit(*text))
            return FALSE;
    return TRUE;
}

/* One letter of count in place of c; what is neither letter nor digit stays. */
static char
make_letter(char c, const char *letters, gsize radix, guint64 *count)
{
    if (g_ascii_isdigit(c)) {
        c = (char) ('0' + (int) (*count % 10));
        *count /= 10;
    } else if (g_ascii_isalpha(c) || (guchar) c >= 0x80) {
        gboolean is_upper = g_ascii_isupper(c);
        c = letters[*count % radix];
        *count /= radix;
        if (is_upper)
            c = g_ascii_toupper(c);
    }
    return c;
}

/* The count-th text of the same shape: count is written with the last letters and digits. */
static char *
make_text(const char *text, guint64 count)
{
    const char *letters = is_hexadecimal(text) ? "abcdef" : "xabcdefghijklmnopqrstuvwyz";
    gsize radix = strlen(letters);
    char *made = g_strdup(text);

    for (gsize i = strlen(made); i > 0; i--)
        made[i - 1] = make_letter(made[i - 1], letters, radix, &count);
    return made;
}

static char *
make_hex(const char *digits, guint64 count)
{
    char *made = g_strdup(digits);

    for (gsize i = strlen(made); i > 1; i--) {
        made[i - 1] = "0123456789abcdef"[count % 16];
        count /= 16;
    }
    return made;
}

/* Locally administered addresses of one vendor that does not exist. */
static char *
make_mac(guint64 count)
{
    return g_strdup_printf("020000%06x", (guint) (count & 0xffffff));
}

static char *
make(Kind kind, const char *text, guint64 count)
{
    switch (kind) {
    case KIND_MAC:
        return make_mac(count);
    case KIND_HEX:
        return make_hex(text, count);
    default:
        return make_text(text, count);
    }
}

static gboolean
is_taken(HdMask *mask, const char *text)
{
    for (guint i = 0; i < G_N_ELEMENTS(mask->pending); i++)
        if (g_hash_table_contains(mask->pending[i], text))
            return TRUE;
    return g_hash_table_contains(mask->used, text) || g_hash_table_contains(mask->secrets, text);
}

/* A replacement that is nothing else's and no secret itself. Very short shapes may run out. */
static char *
choose(HdMask *mask, Kind kind, const char *text)
{
    char *shape = make(kind, text, 0);
    guint64 count = GPOINTER_TO_SIZE(g_hash_table_lookup(mask->shapes, shape));
    g_autofree char *made = NULL;

    for (guint i = 0; i < MAX_ATTEMPTS; i++) {
        g_free(made);
        made = make(kind, text, ++count);
        if (!is_taken(mask, made))
            break;
    }
    g_hash_table_insert(mask->shapes, shape, GSIZE_TO_POINTER(count));
    g_hash_table_add(mask->used, g_strdup(made));
    return g_steal_pointer(&made);
}

static char *
strip(const char *text)
{
    return g_strstrip(g_strdup(text));
}

static void
learn(HdMask *mask, Kind kind, char *text)
{
    if (count_variety(text) >= 2 || (kind == KIND_TEXT && strlen(text) == 1))
        g_hash_table_add(mask->pending[kind], text);
    else
        g_free(text);
}

/* Twelve lower-case digits, or NULL if it is no MAC address. */
static char *
normalize_mac(const char *text)
{
    g_autoptr(GString) digits = g_string_sized_new(MAC_DIGITS);
    g_autofree char *stripped = strip(text);

    for (const char *c = stripped; *c != '\0'; c++)
        if (g_ascii_isxdigit(*c))
            g_string_append_c(digits, g_ascii_tolower(*c));
        else if (*c != ':' && *c != '-')
            return NULL;
    if (digits->len != MAC_DIGITS)
        return NULL;
    return g_string_free(g_steal_pointer(&digits), FALSE);
}

void
hd_mask_learn_mac(HdMask *mask, const char *text)
{
    char *digits = normalize_mac(text);

    if (digits != NULL)
        learn(mask, KIND_MAC, digits);
}

void
hd_mask_learn_hex(HdMask *mask, const char *digits)
{
    g_autofree char *stripped = strip(digits);

    learn(mask, KIND_HEX, g_ascii_strdown(stripped, -1));
}

void
hd_mask_learn_text(HdMask *mask, const char *text)
{
    learn(mask, KIND_TEXT, strip(text));
}

/* Runs of blanks as one "_", as udev writes names. */
static char *
join_words(const char *text)
{
    GString *joined = g_string_new(NULL);

    for (; *text != '\0'; text++)
        if (!g_ascii_isspace(*text))
            g_string_append_c(joined, *text);
        else if (!g_ascii_isspace(text[1]))
            g_string_append_c(joined, '_');
    return g_string_free(joined, FALSE);
}

/* As the kernel writes the serial number of an NVMe namespace without a name of its own. */
static char *
spell_in_hex(const char *text)
{
    GString *spelt = g_string_new(NULL);

    for (; *text != '\0'; text++)
        g_string_append_printf(spelt, "%02x", (guchar) *text);
    return g_string_free(spelt, FALSE);
}

static void
add_spellings(HdMask *mask, const char *text, const char *replacement)
{
    g_autofree char *words = join_words(text);
    g_autofree char *masked_words = join_words(replacement);
    g_autofree char *spelt = spell_in_hex(text);
    g_autofree char *masked_spelt = spell_in_hex(replacement);

    add_secret(mask, text, replacement);
    add_secret(mask, words, masked_words);
    if (is_global(text))
        add_secret(mask, spelt, masked_spelt);
}

static void
add_cases(HdMask *mask, const char *digits, const char *replacement)
{
    g_autofree char *upper = g_ascii_strup(digits, -1);
    g_autofree char *masked_upper = g_ascii_strup(replacement, -1);

    add_secret(mask, digits, replacement);
    add_secret(mask, upper, masked_upper);
}

static const char *
find_replacement(HdMask *mask, const char *text)
{
    const Secret *secret = g_hash_table_lookup(mask->secrets, text);

    return secret != NULL ? secret->replacement : NULL;
}

static void
settle(HdMask *mask, Kind kind, const char *text)
{
    if (find_replacement(mask, text) != NULL)
        return;
    g_autofree char *replacement = choose(mask, kind, text);
    if (kind == KIND_TEXT) {
        add_spellings(mask, text, replacement);
        return;
    }
    if (kind == KIND_MAC)
        g_hash_table_insert(mask->macs, g_strdup(text), g_strdup(replacement));
    add_cases(mask, text, replacement);
}

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* A text that begins another must not be found in it. */
static int
compare_longest_first(const void *a, const void *b)
{
    gsize length_a = strlen(*(const char *const *) a);
    gsize length_b = strlen(*(const char *const *) b);

    if (length_a != length_b)
        return length_a > length_b ? -1 : 1;
    return compare_texts(a, b);
}

static void
settle_whole(HdMask *mask, const char *text)
{
    g_autoptr(GString) masked = g_string_new(NULL);

    if (find_replacement(mask, text) != NULL)
        return;
    hd_mask_apply(mask, text, strlen(text), masked);
    if (strcmp(masked->str, text) == 0)
        settle(mask, KIND_TEXT, text);
    else
        add_spellings(mask, text, masked->str);
}

/* The keys in an order of their own, so that the same recording is always masked alike. */
static gpointer *
sort_keys(GHashTable *table, int (*compare)(const void *, const void *), guint *ret_count)
{
    gpointer *keys = g_hash_table_get_keys_as_array(table, ret_count);

    if (*ret_count > 1)
        qsort(keys, *ret_count, sizeof keys[0], compare);
    return keys;
}

void
hd_mask_settle(HdMask *mask)
{
    guint count = 0;

    for (guint kind = 0; kind < G_N_ELEMENTS(mask->pending); kind++) {
        g_autofree gpointer *texts = sort_keys(mask->pending[kind], compare_texts, &count);
        for (guint i = 0; i < count; i++)
            settle(mask, (Kind) kind, texts[i]);
    }
    g_autofree gpointer *texts = sort_keys(mask->wholes, compare_longest_first, &count);
    for (guint i = 0; i < count; i++)
        settle_whole(mask, texts[i]);
}

void
hd_mask_learn_whole(HdMask *mask, const char *text)
{
    char *stripped = strip(text);

    if (count_variety(stripped) >= 2)
        g_hash_table_add(mask->wholes, stripped);
    else
        g_free(stripped);
}

void
hd_mask_learn_rest(HdMask *mask, const char *text, gsize start)
{
    g_autofree char *stripped = strip(text);

    if (start >= strlen(stripped))
        return;
    g_autofree char *rest = strip(stripped + start);
    if (count_variety(rest) < 2)
        return;
    settle(mask, KIND_TEXT, rest);
    const char *replacement = find_replacement(mask, rest);
    gsize kept = strlen(stripped) - strlen(rest);
    g_autofree char *masked = g_strdup_printf("%.*s%s", (int) kept, stripped, replacement);
    add_spellings(mask, stripped, masked);
}

static gboolean
is_boundary(const char *text, gsize length, gsize start, gsize end)
{
    return (start == 0 || !g_ascii_isalnum(text[start - 1])) &&
           (end == length || !g_ascii_isalnum(text[end]));
}

/* Each replace_ function returns how many bytes of text it has dealt with, or 0. */
static gsize
replace_secret(HdMask *mask, const char *text, gsize length, gsize start, GString *out)
{
    if (length - start < MIN_GLOBAL)
        return 0;
    guint bit = get_filter_bit(text + start);
    if ((mask->filter[bit / 8] & (1U << (bit % 8))) == 0)
        return 0;
    const GPtrArray *bucket = g_hash_table_lookup(mask->buckets, get_bucket_key(text + start));
    for (guint i = 0; bucket != NULL && i < bucket->len; i++) {
        const Secret *secret = bucket->pdata[i];
        if (secret->length > length - start ||
            memcmp(text + start, secret->text, secret->length) != 0)
            continue;
        if (secret->needs_boundary && !is_boundary(text, length, start, start + secret->length))
            continue;
        g_string_append(out, secret->replacement);
        return secret->length;
    }
    return 0;
}

/* How many pairs of digits follow each other with the same separator, whole tokens only. */
static gsize
count_pairs(const char *text, gsize length, gsize start)
{
    gsize count = 0;
    gsize at = start;
    char separator = '\0';

    while (at + 2 <= length && g_ascii_isxdigit(text[at]) && g_ascii_isxdigit(text[at + 1])) {
        if (at + 2 < length && g_ascii_isalnum(text[at + 2]))
            return count;
        count++;
        if (at + 2 == length || strchr(":-_", text[at + 2]) == NULL || text[at + 2] == '\0')
            return count;
        if (separator == '\0')
            separator = text[at + 2];
        if (text[at + 2] != separator)
            return count;
        at += 3;
    }
    return count;
}

static const char *
find_mac(HdMask *mask, const char *digits)
{
    const char *known = g_hash_table_lookup(mask->macs, digits);

    if (known != NULL || count_variety(digits) < 2)
        return known;
    settle(mask, KIND_MAC, digits);
    known = g_hash_table_lookup(mask->macs, digits);
    /* It may be known as the serial number that it also serves as. */
    return known != NULL ? known : find_replacement(mask, digits);
}

/* The digits in lower case, and whether any was in upper case. */
static char *
take_digits(const char *text, gsize length, gboolean *ret_is_upper)
{
    GString *digits = g_string_sized_new(length);

    *ret_is_upper = FALSE;
    for (gsize i = 0; i < length; i++) {
        *ret_is_upper |= g_ascii_isupper(text[i]);
        if (g_ascii_isxdigit(text[i]))
            g_string_append_c(digits, g_ascii_tolower(text[i]));
    }
    return g_string_free(digits, FALSE);
}

/* Six pairs are a MAC address, eight a port's EUI-64, twenty an address of IP over InfiniBand. */
static gsize
replace_pairs(HdMask *mask, const char *text, gsize length, gsize start, GString *out)
{
    gboolean is_upper = FALSE;

    if (!g_ascii_isxdigit(text[start]) || (start > 0 && g_ascii_isalnum(text[start - 1])))
        return 0;
    gsize count = count_pairs(text, length, start);
    if (count != 6 && count != 8 && count != 20)
        return 0;
    gsize size = count * 3 - 1;
    g_autofree char *digits = take_digits(text + start, size, &is_upper);
    g_autofree char *masked = count == 6 ? g_strdup(find_mac(mask, digits))
                                         : hd_mask_dup_hex(mask, digits);
    const char *digit = masked != NULL ? masked : digits;
    for (gsize i = 0; i < size; i++) {
        char c = i % 3 < 2 ? *digit++ : text[start + i];
        g_string_append_c(out, is_upper ? g_ascii_toupper(c) : c);
    }
    return size;
}

char *
hd_mask_dup_hex(HdMask *mask, const char *digits)
{
    g_autofree char *lower = g_ascii_strdown(digits, -1);

    if (count_variety(lower) < 2)
        return g_steal_pointer(&lower);
    settle(mask, KIND_HEX, lower);
    return g_strdup(find_replacement(mask, lower));
}

static gsize
count_digits(const char *text, gsize length)
{
    gsize count = 0;

    while (count < length && g_ascii_isxdigit(text[count]))
        count++;
    return count;
}

static void
append_digits(HdMask *mask, const char *text, gsize count, GString *out)
{
    gboolean is_upper = FALSE;
    g_autofree char *lower = take_digits(text, count, &is_upper);
    const char *mac = count == MAC_DIGITS ? find_mac(mask, lower) : NULL;
    g_autofree char *masked = mac != NULL ? g_strdup(mac) : hd_mask_dup_hex(mask, lower);

    for (const char *c = masked; *c != '\0'; c++)
        g_string_append_c(out, is_upper ? g_ascii_toupper(*c) : *c);
}

/* Interface names made of MAC addresses, and names of storage made of world wide names, which may
 * stand in names of files only. */
static gsize
replace_named(HdMask *mask, const char *text, gsize length, gsize start, GString *out)
{
    static const struct {
        const char *prefix;
        gsize min_digits;
        gsize max_digits;
    } forms[] = {
        {"enx", MAC_DIGITS, MAC_DIGITS}, {"wlx", MAC_DIGITS, MAC_DIGITS},
        {"wwx", MAC_DIGITS, MAC_DIGITS}, {"wwn-0x", MIN_WWN_DIGITS, 64},
        {"fc-0x", MIN_WWN_DIGITS, 64},   {"sas-0x", MIN_WWN_DIGITS, 64},
        {"exp0x", MIN_WWN_DIGITS, 64},   {"naa.", MIN_WWN_DIGITS, 64},
        {"eui.", MIN_WWN_DIGITS, 64},
    };

    if (start > 0 && g_ascii_isalnum(text[start - 1]))
        return 0;
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        gsize prefix = strlen(forms[i].prefix);
        if (length - start < prefix || memcmp(text + start, forms[i].prefix, prefix) != 0)
            continue;
        gsize count = count_digits(text + start + prefix, length - start - prefix);
        if (count < forms[i].min_digits || count > forms[i].max_digits)
            return 0;
        g_string_append(out, forms[i].prefix);
        append_digits(mask, text + start + prefix, count, out);
        return prefix + count;
    }
    return 0;
}

void
hd_mask_apply(HdMask *mask, const char *text, gsize length, GString *out)
{
    for (gsize i = 0; i < length;) {
        gsize used = replace_secret(mask, text, length, i, out);
        if (used == 0)
            used = replace_pairs(mask, text, length, i, out);
        if (used == 0)
            used = replace_named(mask, text, length, i, out);
        if (used == 0) {
            g_string_append_c(out, text[i]);
            used = 1;
        }
        i += used;
    }
}

static gboolean
is_blank(char c)
{
    return c == '\0' || g_ascii_isspace(c);
}

void
hd_mask_apply_whole(HdMask *mask, const char *text, gsize length, GString *out)
{
    gsize start = 0;
    gsize end = length;

    while (start < end && is_blank(text[start]))
        start++;
    while (end > start && is_blank(text[end - 1]))
        end--;
    g_autofree char *core = g_strndup(text + start, end - start);
    const char *replacement = find_replacement(mask, core);
    if (replacement == NULL || strlen(core) != end - start) {
        hd_mask_apply(mask, text, length, out);
        return;
    }
    g_string_append_len(out, text, (gssize) start);
    g_string_append(out, replacement);
    g_string_append_len(out, text + end, (gssize) (length - end));
}
