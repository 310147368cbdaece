using System.Globalization;
using Quai.Errors;

namespace Quai.Engine.Containers.Requests;

/// <summary>Signal names and numbers (signal(7)).</summary>
internal static class Signals
{
    public const int Kill = 9, Terminate = 15;

    private static readonly string[] s_names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP",
        "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Reads a name, with or without <c>SIG</c>, or a number.</summary>
    /// <exception cref="QuaiException">No such signal.</exception>
    public static int Parse(string signal) =>
        Find(signal) ?? throw QuaiException.Invalid(
            int.TryParse(signal, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? $"the linux daemon does not support signal {number}" : $"invalid signal: {signal}");

    /// <summary>The same; null if there is no such signal.</summary>
    public static int? Find(string signal)
    {
        if (int.TryParse(signal, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number is > 0 and <= 64 ? number : null;
        }

        string name = signal.ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        int index = name.Length == 0 ? -1 : Array.IndexOf(s_names, name);
        if (index > 0)
        {
            return index;
        }

        switch (name)
        {
            case "IOT": return 6;
            case "CLD": return 17;
            case "POLL": return 29;
            case "RTMIN": return 34;
            case "RTMAX": return 64;
        }

        if (name.StartsWith("RTMIN+", StringComparison.Ordinal) && int.TryParse(name.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out int up) && up is > 0 and <= 15)
        {
            return 34 + up;
        }

        if (name.StartsWith("RTMAX-", StringComparison.Ordinal) && int.TryParse(name.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out int down) && down is > 0 and <= 14)
        {
            return 64 - down;
        }

        return null;
    }
}
