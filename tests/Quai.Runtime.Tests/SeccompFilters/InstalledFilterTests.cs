using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Linux.Seccomp;
using Quai.Runtime.SeccompFilters;

namespace Quai.Runtime.Tests.SeccompFilters;

/// <summary>The kernel takes the filter and obeys it. A filter is a thread's own, so a thread that ends afterwards is enough to try.</summary>
public sealed unsafe partial class InstalledFilterTests
{
    private const int NoNewPrivileges = 38, SetModeFilter = 1;
    private const ulong NewUts = 0x04000000;

    [Fact]
    public void Kernel_obeys_the_default_profile()
    {
        var results = new Dictionary<string, int>();
        RunFiltered(SeccompCompiler.Compile(DefaultSeccompProfile.For(new HashSet<string>(), RuntimeInformation.OSArchitecture, new Version(6, 1))), () =>
        {
            results["unshare"] = Call("unshare", NewUts);
            results["mount"] = Call("mount");
            results["bpf"] = Call("bpf");
            results["clone3"] = Call("clone3");
            results["clone"] = Call("clone", NewUts | 17);
            results["getppid"] = Call("getppid");
            results["close"] = Call("close", ulong.MaxValue);
            results["socket 40"] = Call("socket", 40, 1);
            results["socket 99"] = Call("socket", 99, 1);
            results["personality"] = Call("personality", 0xffffffff);
        });
        Assert.Equal(
            new Dictionary<string, int>
            {
                ["unshare"] = Errno.EPERM, ["mount"] = Errno.EPERM, ["bpf"] = Errno.EPERM, ["clone3"] = Errno.ENOSYS, ["clone"] = Errno.EPERM,
                ["getppid"] = 0, ["close"] = Errno.EBADF, ["socket 40"] = Errno.EPERM, ["socket 99"] = 97, ["personality"] = 0,
            },
            results);
    }

    [Fact]
    public void Kernel_takes_random_programs()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var profile = RandomProfiles.Make(new Random(seed));
            profile.DefaultAction = "SCMP_ACT_ALLOW";

            // A thread that loses the calls it lives by would take the tests with it.
            profile.Syscalls!.RemoveAll(rule => rule.Action is not ("SCMP_ACT_ALLOW" or "SCMP_ACT_LOG"));
            profile.Syscalls.ForEach(rule => rule.Names.Remove("acct"));
            profile.Syscalls.Add(new() { Names = ["acct"], Action = "SCMP_ACT_ERRNO", ErrnoRet = 1234 });
            int result = 0;
            RunFiltered(SeccompCompiler.Compile(profile), () => result = Call("acct", 1));
            Assert.Equal(1234, result);
        }
    }

    private static void RunFiltered(SeccompProgram program, Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                // Everything the thread needs later is compiled and loaded before.
                Call("getppid");
                Install(program);
                action();
            }
            catch (Exception error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private static void Install(SeccompProgram program)
    {
        Assert.Equal(0, Prctl(NoNewPrivileges, 1, 0, 0, 0));
        fixed (byte* code = program.Bpf)
        {
            var description = new FilterProgram { Length = (ushort)program.InstructionCount, Code = code };
            Assert.Equal(0, Call("seccomp", SetModeFilter, program.Flags, (ulong)&description));
        }
    }

    /// <summary>Makes a call by its number; 0 or the error number.</summary>
    private static int Call(string name, ulong first = 0, ulong second = 0, ulong third = 0)
    {
        SyscallAbi abi = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? SyscallAbi.Arm64 : SyscallAbi.X86_64;
        long result = Syscall(SyscallTable.NumberAt(SyscallTable.IndexOf(name), abi), first, second, third, 0, 0, 0);
        return result == -1 ? Marshal.GetLastPInvokeError() : 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public byte* Code;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall(long number, ulong a, ulong b, ulong c, ulong d, ulong e, ulong f);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Prctl(int option, ulong a, ulong b, ulong c, ulong d);
}
