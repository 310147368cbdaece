using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Harness;
using static Quai.EndToEnd.Tests.RuntimeCommand.Conformance.Candidate;

namespace Quai.EndToEnd.Tests.RuntimeCommand.Conformance;

/// <summary>config-linux.md Seccomp.</summary>
internal static class SeccompRequirements
{
    private static readonly (string Op, long Value, long Two, string Seen)[] s_operators =
    [
        ("SCMP_CMP_EQ", 0x1FF, 0, "blocked"), ("SCMP_CMP_NE", 0x1FF, 0, "free"), ("SCMP_CMP_LT", 0x200, 0, "blocked"), ("SCMP_CMP_LE", 0x1FE, 0, "free"), ("SCMP_CMP_GE", 0x1FF, 0, "blocked"),
        ("SCMP_CMP_GT", 0x1FF, 0, "free"), ("SCMP_CMP_MASKED_EQ", 0x40, 0x40, "blocked"),
    ];

    private static readonly (string What, string Profile)[] s_refused =
    [
        ("an action that is not known", """{"defaultAction": "SCMP_ACT_NOTHING"}"""),
        ("an operator that is not known", """{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_XX"}]}]}"""),
        ("an architecture that is not known", """{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_PDP11"], "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]}"""),
        ("a flag that is not known", """{"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_NONE"], "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]}"""),
        ("an errnoRet of an action that returns none", """{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ALLOW", "errnoRet": 5}]}"""),
        ("a rule without names", """{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": [], "action": "SCMP_ACT_ERRNO"}]}"""),
        ("listenerMetadata without listenerPath", """{"defaultAction": "SCMP_ACT_ALLOW", "listenerMetadata": "x", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]}"""),
    ];

    public static IEnumerable<Requirement> All =>
    [
        new("config-linux.md Seccomp", "SCMP_ACT_ERRNO with errnoRet is what the program sees", "MUST", async c =>
        {
            c.Linux["seccomp"] = Json("""{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"], "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 30}]}""");
            Same("1", await c.OutputAsync("mkdir /tmp/x 2>&1 | grep -c 'Read-only'"));
        }),
        new("config-linux.md Seccomp", "SCMP_ACT_KILL_PROCESS ends the program", "MUST", async c =>
        {
            c.Linux["seccomp"] = Json("""{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}]}""");
            Same("159", await c.OutputAsync("mkdir /tmp/x; echo $?"));
        }),
        new("config-linux.md Seccomp", "the default action is the others'", "MUST", async c =>
        {
            c.Linux["seccomp"] = Json("""{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1, "syscalls": [{"names": ["execve", "exit_group", "exit", "read", "write", "brk", "mmap", "munmap", "mprotect", "open", "openat", "close", "fstat", "newfstatat", "stat", "lseek", "arch_prctl", "set_tid_address", "set_robust_list", "rseq", "prlimit64", "getrandom", "readlink", "readlinkat", "getuid", "getgid", "geteuid", "getegid", "getppid", "getpid", "rt_sigaction", "rt_sigprocmask", "fcntl", "dup2", "dup3", "ioctl", "uname", "getcwd", "prctl", "futex", "capget", "capset", "fork", "vfork", "clone", "wait4", "waitid", "rt_sigreturn", "pipe", "pipe2", "madvise", "mremap", "readv", "writev", "access", "faccessat", "faccessat2", "poll", "ppoll"], "action": "SCMP_ACT_ALLOW"}]}""");
            c.Process["noNewPrivileges"] = true;
            Same("1", await c.OutputAsync("mkdir /tmp/x 2>&1 | grep -c 'not permitted'"));
        }),
        .. s_operators.Select(o => new Requirement("config-linux.md Seccomp", $"{o.Op} compares an argument", "MUST", async c =>
        {
            JsonArray Args(int index) => new(new JsonObject { ["index"] = index, ["value"] = o.Value, ["valueTwo"] = o.Two, ["op"] = o.Op });
            c.Linux["seccomp"] = new JsonObject
            {
                ["defaultAction"] = "SCMP_ACT_ALLOW",
                ["syscalls"] = new JsonArray(
                    new JsonObject { ["names"] = new JsonArray("mkdir"), ["action"] = "SCMP_ACT_ERRNO", ["errnoRet"] = 1, ["args"] = Args(1) },
                    new JsonObject { ["names"] = new JsonArray("mkdirat"), ["action"] = "SCMP_ACT_ERRNO", ["errnoRet"] = 1, ["args"] = Args(2) }),
            };
            Same(o.Seen, await c.OutputAsync("umask 0; mkdir /tmp/x 2>/dev/null && echo free || echo blocked"));
        })),
        .. s_refused.Select(p => new Requirement("config-linux.md Seccomp", $"{p.What} is an error", "MUST", async c =>
        {
            c.Linux["seccomp"] = Json(p.Profile);
            await c.RefusedAsync();
        })),
        new("config-linux.md Seccomp", "names of calls that the machine does not have are no error", "SHOULD", async c =>
        {
            c.Linux["seccomp"] = Json("""{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["no_such_call", "mkdir"], "action": "SCMP_ACT_ERRNO"}]}""");
            Same("hello", await c.OutputAsync("echo hello"));
        }),
        new("config-linux.md Seccomp listener", "the listener is sent with the container process state to listenerPath", "MUST", async c =>
        {
            string path = Path.Combine(c.Work, "agent");
            using Socket server = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            server.Bind(new UnixDomainSocketEndPoint(path));
            server.Listen();
            c.Linux["seccomp"] = new JsonObject
            {
                ["defaultAction"] = "SCMP_ACT_ALLOW", ["listenerPath"] = path, ["listenerMetadata"] = "some data",
                ["syscalls"] = new JsonArray(new JsonObject { ["names"] = new JsonArray("mkdir", "mkdirat"), ["action"] = "SCMP_ACT_NOTIFY" }),
            };
            Task<Socket> accepted = server.AcceptAsync();
            await c.CreateAsync();
            using Socket agent = await accepted.WaitAsync(TimeSpan.FromSeconds(20));
            byte[] buffer = new byte[8192];
            int length = 0;
            for (int got; (got = await agent.ReceiveAsync(buffer.AsMemory(length)).AsTask().WaitAsync(TimeSpan.FromSeconds(20))) > 0; length += got)
            {
            }

            JsonObject state = JsonNode.Parse(Encoding.UTF8.GetString(buffer, 0, length))!.AsObject();
            int pid = (int)(await c.StateAsync())["pid"]!;
            Same("seccompFd", (string)state["fds"]![0]!);
            Same("some data", (string)state["metadata"]!);
            Same($"{pid}", $"{(int)state["pid"]!}");
            Same(c.Id, (string)state["state"]!["id"]!);
        }),
        new("config-linux.md Seccomp listener", "a listenerPath at which nobody listens is an error", "MUST", async c =>
        {
            c.Linux["seccomp"] = Json("""{"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/no/such/socket", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]}""");
            await c.RefusedAsync();
        }),
    ];
}
