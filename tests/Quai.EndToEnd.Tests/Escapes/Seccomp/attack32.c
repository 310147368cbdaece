/*
 * A 32-bit program without a C library: makes a socket by socketcall(2), of the family in argv[1] ("40"), as such programs' libraries do.
 * Ends with 0 when the kernel was asked, with 1 when the filter refused it.
 */
static int call(int number, int a, void *b)
{
	int result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(0) : "memory");
	return result;
}

__attribute__((used)) static void run(int count, char **words)
{
	int family = 0;
	for (const char *digit = count > 1 ? words[1] : ""; *digit; digit++)
		family = family * 10 + *digit - '0';
	int arguments[3] = { family, 1, 0 };
	int result = call(102, 1, arguments);
	call(1, result == -1 || result == -38 ? 1 : 0, 0);
}

__asm__(".globl _start\n_start: mov %esp, %eax\n lea 4(%eax), %edx\n mov (%eax), %eax\n push %edx\n push %eax\n call run\n");
