using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Quai.Linux.Seccomp;

namespace Quai.Runtime.Tests.SeccompFilters;

/// <summary>The widths of arguments beside what the running kernel says of its calls in tracefs.</summary>
public sealed partial class SyscallArgumentsTests : IDisposable
{
    // Declared as long and handed on as int at once: of these less counts than the kernel declares.
    private static readonly HashSet<(string, int)> s_handedOn = [("clone", 0), ("mmap", 4), ("ptrace", 1), ("mbind", 2)];

    private readonly string _mount = Directory.CreateTempSubdirectory("quai-tracefs-").FullName;
    private bool _mounted;

    public void Dispose()
    {
        if (_mounted)
        {
            Assert.Equal(0, Unmount(_mount, 2));
        }

        Directory.Delete(_mount);
    }

    [Fact]
    public void Are_the_kernels_own()
    {
        _mounted = Mount("none", _mount, "tracefs", 0, 0) == 0;
        string calls = Path.Combine(_mount, "events", "syscalls");
        Assert.True(_mounted && Directory.Exists(calls), "this kernel has no tracefs with its system calls (CONFIG_FTRACE_SYSCALLS)");
        int compared = 0;
        foreach (string folder in Directory.GetDirectories(calls, "sys_enter_*"))
        {
            string name = NameOf(Path.GetFileName(folder)["sys_enter_".Length..]);
            int syscall = SyscallTable.IndexOf(name);
            if (syscall < 0)
            {
                continue;
            }

            string[] declarations = [.. Field().Matches(File.ReadAllText(Path.Combine(folder, "format"))).Select(match => match.Groups[1].Value).SkipWhile(field => field != "int __syscall_nr").Skip(1)];
            ArgumentWidths widths = SyscallArguments.WidthsOf(syscall, SyscallAbi.X86_64);
            for (int i = 0; i < declarations.Length; i++)
            {
                int expected = s_handedOn.Contains((name, i)) ? 32 : WidthOf(declarations[i]);
                Assert.True(expected == widths[i], $"{name} has {declarations[i]} as argument {i}: {expected} bits, not {widths[i]}");
            }

            compared++;
        }

        Assert.True(compared > 300, $"compared {compared}");
    }

    [Fact]
    public void Are_narrower_for_32_bit_programs()
    {
        for (int syscall = 0; syscall < SyscallTable.Length; syscall++)
        {
            ArgumentWidths widths = SyscallArguments.WidthsOf(syscall, SyscallAbi.X86);
            for (int i = 0; i < 6; i++)
            {
                Assert.InRange(widths[i], 16, 32);
            }
        }

        Assert.Equal(16, SyscallArguments.WidthsOf(SyscallTable.IndexOf("setresuid"), SyscallAbi.X86)[2]);
        Assert.Equal(32, SyscallArguments.WidthsOf(SyscallTable.IndexOf("setresuid32"), SyscallAbi.Arm)[2]);
        Assert.Equal(32, SyscallArguments.WidthsOf(SyscallTable.IndexOf("setresuid"), SyscallAbi.Arm64)[2]);
        Assert.Equal(64, SyscallArguments.WidthsOf(SyscallTable.IndexOf("pwrite64"), SyscallAbi.X32)[3]);
    }

    private static string NameOf(string function) => function switch
    {
        "newstat" => "stat",
        "newlstat" => "lstat",
        "newfstat" => "fstat",
        "newuname" => "uname",
        "umount" => "umount2",
        "sendfile64" => "sendfile",
        _ => function,
    };

    private static int WidthOf(string declaration)
    {
        declaration = declaration.Replace("const ", "", StringComparison.Ordinal);
        string type = declaration[..declaration.LastIndexOf(' ')].Trim();
        return type switch
        {
            _ when declaration.Contains('*') => 64,
            "long" or "unsigned long" or "size_t" or "off_t" or "loff_t" or "u64" or "__u64" or "aio_context_t" or "cap_user_header_t" or "cap_user_data_t" or "__sighandler_t" => 64,
            "umode_t" => 16,
            "int" or "unsigned int" or "unsigned" or "u32" or "s32" or "__u32" or "__s32" or "uint32_t" or "pid_t" or "uid_t" or "gid_t" or "clockid_t" or "timer_t" or "key_t"
                or "mqd_t" or "key_serial_t" or "qid_t" or "rwf_t" or "enum landlock_rule_type" => 32,
            _ => throw new InvalidOperationException($"type {type}"),
        };
    }

    [GeneratedRegex(@"^\tfield:([^;]+);", RegexOptions.Multiline)]
    private static partial Regex Field();

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, nint data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
