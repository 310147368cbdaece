/*
 * Makes a filter with libseccomp, from rules on standard input, and writes it as BPF to standard output.
 * Numbers are hexadecimal:
 *
 *   default ACTION
 *   arch TOKEN
 *   rule ACTION NAME N [ARGUMENT OPERATOR A B]...
 *
 * Names that this libseccomp does not know are written to standard error, one a line, and left out.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int fail(const char *what, const char *which, int error)
{
	fprintf(stderr, "error: %s %s: %s\n", what, which, strerror(-error));
	return 1;
}

int main(void)
{
	scmp_filter_ctx filter = NULL;
	char word[16], name[64];
	while (scanf("%15s", word) == 1) {
		uint32_t value;
		if (strcmp(word, "default") == 0) {
			if (scanf("%x", &value) != 1 || !(filter = seccomp_init(value)))
				return fail("default", "", -EINVAL);
		} else if (strcmp(word, "arch") == 0) {
			if (scanf("%x", &value) != 1)
				return fail("arch", "", -EINVAL);
			int added = seccomp_arch_add(filter, value);
			if (added != 0 && added != -EEXIST)
				return fail("arch", "", added);
		} else if (strcmp(word, "rule") == 0) {
			struct scmp_arg_cmp conditions[6];
			unsigned count;
			if (scanf("%x %63s %u", &value, name, &count) != 3 || count > 6)
				return fail("rule", name, -EINVAL);
			for (unsigned i = 0; i < count; i++) {
				unsigned argument, comparison;
				if (scanf("%x %x %lx %lx", &argument, &comparison, &conditions[i].datum_a, &conditions[i].datum_b) != 4)
					return fail("condition", name, -EINVAL);
				conditions[i].arg = argument;
				conditions[i].op = comparison;
			}
			int number = seccomp_syscall_resolve_name(name);
			if (number == __NR_SCMP_ERROR) {
				fprintf(stderr, "%s\n", name);
				continue;
			}
			int added = seccomp_rule_add_array(filter, value, number, count, conditions);
			if (added != 0)
				return fail("rule", name, added);
		} else {
			return fail("word", word, -EINVAL);
		}
	}
	int exported = seccomp_export_bpf(filter, 1);
	return exported == 0 ? 0 : fail("export", "", exported);
}
