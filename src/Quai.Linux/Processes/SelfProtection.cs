using System.Globalization;
using System.Text;
using Quai.Linux.Kernel;

namespace Quai.Linux.Processes;

/// <summary>What a process gives up so that others learn nothing from it: wide modes, dumps of its memory, secrets on its command line.</summary>
public static unsafe class SelfProtection
{
    private const int RLIMIT_CORE = 4, PR_SET_MDWE = 65, PR_MDWE_REFUSE_EXEC_GAIN = 1, PR_MDWE_NO_INHERIT = 2;

    /// <summary>Sets the permissions that are removed from everything this process and its children create.</summary>
    public static void SetUmask(uint umask) => SystemCall.Quick(SystemCallNumber.Umask, umask);

    /// <summary>
    /// Keeps this process's memory from being dumped, and from being read or traced by processes without CAP_SYS_PTRACE, including its own user's.
    /// A program that it executes is not affected.
    /// </summary>
    public static void ForbidDumps() => SystemCall.Quick(SystemCallNumber.Prctl, ProcessConstants.PR_SET_DUMPABLE, 0);

    /// <summary>
    /// From now on no memory of this process is both writable and executable; its children are not affected. For programs compiled ahead of time only.
    /// Kernels before 6.6 do not know this.
    /// </summary>
    public static void ForbidNewCode() => SystemCall.Quick(SystemCallNumber.Prctl, PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN | PR_MDWE_NO_INHERIT);

    /// <summary>Sets the soft limit of core files to none; children inherit it.</summary>
    /// <returns>The previous limits, for children that should have them: bytes, <see cref="ulong.MaxValue"/> for no limit.</returns>
    public static (ulong Soft, ulong Hard) ForbidCoreFiles()
    {
        ulong* limits = stackalloc ulong[2];
        if (SystemCall.Quick(SystemCallNumber.Prlimit64, 0, RLIMIT_CORE, 0, (long)limits) < 0)
        {
            return (ulong.MaxValue, ulong.MaxValue);
        }

        (ulong soft, ulong hard) = (limits[0], limits[1]);
        limits[0] = 0;
        SystemCall.Quick(SystemCallNumber.Prlimit64, 0, RLIMIT_CORE, (long)limits, 0);
        return (soft, hard);
    }

    /// <summary>
    /// Overwrites strings where <c>/proc/PID/cmdline</c> and <c>/proc/PID/environ</c> show them; every user of the machine can read the former.
    /// Call it once they have been parsed.
    /// </summary>
    public static void Hide(IEnumerable<string> secrets)
    {
        // 42 (name) S 1 …: the 48th to 51st fields say where arguments and environment begin and end.
        string stat = File.ReadAllText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        foreach (string secret in secrets)
        {
            byte[] text = Encoding.UTF8.GetBytes(secret);
            for (int field = 45; text.Length > 0 && field + 1 < fields.Length && field < 49; field += 2)
            {
                nuint start = nuint.Parse(fields[field], CultureInfo.InvariantCulture), end = nuint.Parse(fields[field + 1], CultureInfo.InvariantCulture);
                var rest = new Span<byte>((void*)start, (int)(end - start));
                for (int at; (at = rest.IndexOf(text)) >= 0; rest = rest[(at + text.Length)..])
                {
                    rest.Slice(at, text.Length).Fill((byte)'x');
                }
            }
        }
    }
}
