using System.Runtime.InteropServices;
using Quai.Oci.Runtime;
using Quai.Runtime.SeccompFilters;
using Profile = Quai.Oci.Runtime.Seccomp;

namespace Quai.Runtime.Tests.SeccompFilters;

/// <summary>The C library that runc uses (Debian has it everywhere: apt needs it), to compare with.</summary>
internal static partial class LibSeccomp
{
    private const string Library = "libseccomp.so.2";

    public static byte[] Compile(Profile profile)
    {
        uint fallback = SeccompRule.ParseAction(profile.DefaultAction, profile.DefaultErrnoRet);
        nint context = Init(fallback);
        Assert.NotEqual(0, context);
        string file = Path.GetTempFileName();
        try
        {
            foreach (string architecture in profile.Architectures ?? [])
            {
                uint token = architecture switch
                {
                    "SCMP_ARCH_X86_64" => 0xc000003e,
                    "SCMP_ARCH_X86" => 0x40000003,
                    "SCMP_ARCH_X32" => 0x4000003e,
                    _ => throw new ArgumentException(architecture),
                };
                int added = AddArchitecture(context, token);
                Assert.True(added is 0 or -17, $"arch {architecture}: {added}");
            }

            foreach (SeccompSyscall entry in profile.Syscalls ?? [])
            {
                uint action = SeccompRule.ParseAction(entry.Action, entry.ErrnoRet);
                if (action == fallback)
                {
                    continue;
                }

                foreach (string name in entry.Names)
                {
                    int syscall = Resolve(name);
                    if (syscall == -1)
                    {
                        continue;
                    }

                    foreach (SeccompRule rule in SeccompRule.Parse(entry, action))
                    {
                        Comparison[] comparisons = Array.ConvertAll(rule.Conditions, Convert);
                        int result = AddRule(context, action, syscall, (uint)comparisons.Length, comparisons);
                        Assert.True(result == 0, $"{name}: {result}");
                    }
                }
            }

            using (var stream = File.OpenWrite(file))
            {
                Assert.Equal(0, Export(context, (int)stream.SafeFileHandle.DangerousGetHandle()));
            }

            return File.ReadAllBytes(file);
        }
        finally
        {
            Release(context);
            File.Delete(file);
        }
    }

    /// <summary>Whether the library's version knows a call; it may be older than Quai.</summary>
    public static bool Knows(string name) => Resolve(name) != -1;

    /// <summary>A call's number, negative if the architecture does not have it.</summary>
    public static int NumberOf(string name, uint token) => ResolveFor(token, name);

    private static Comparison Convert(ArgCondition condition) => new()
    {
        Argument = (uint)condition.Index,
        Operator = condition.Operator switch
        {
            ArgOperator.NotEqual => 1,
            ArgOperator.Less => 2,
            ArgOperator.LessOrEqual => 3,
            ArgOperator.Equal => 4,
            ArgOperator.GreaterOrEqual => 5,
            ArgOperator.Greater => 6,
            _ => 7,
        },
        A = condition.Operator == ArgOperator.MaskedEqual ? condition.Mask : condition.Value,
        B = condition.Operator == ArgOperator.MaskedEqual ? condition.Value : 0,
    };

    [StructLayout(LayoutKind.Sequential)]
    private struct Comparison
    {
        public uint Argument;
        public int Operator;
        public ulong A;
        public ulong B;
    }

    [LibraryImport(Library, EntryPoint = "seccomp_init")]
    private static partial nint Init(uint action);

    [LibraryImport(Library, EntryPoint = "seccomp_arch_add")]
    private static partial int AddArchitecture(nint context, uint token);

    [LibraryImport(Library, EntryPoint = "seccomp_rule_add_array")]
    private static partial int AddRule(nint context, uint action, int syscall, uint count, [In] Comparison[] comparisons);

    [LibraryImport(Library, EntryPoint = "seccomp_syscall_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Resolve(string name);

    [LibraryImport(Library, EntryPoint = "seccomp_syscall_resolve_name_arch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ResolveFor(uint token, string name);

    [LibraryImport(Library, EntryPoint = "seccomp_export_bpf")]
    private static partial int Export(nint context, int fd);

    [LibraryImport(Library, EntryPoint = "seccomp_release")]
    private static partial void Release(nint context);
}
