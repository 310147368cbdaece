using System.Globalization;
using Quai.Errors;

namespace Quai.Frontend.Steps;

/// <summary>The names of Linux's signals.</summary>
internal static class SignalNames
{
    private static readonly HashSet<string> s_names =
    [
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS",
        "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
    ];

    /// <summary>A signal's name or number as it is given.</summary>
    /// <exception cref="QuaiException">There is no such signal.</exception>
    public static string Checked(string text)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
        {
            return number != 0 ? text : throw QuaiException.Invalid("invalid signal: " + text);
        }

        string name = text.ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        return s_names.Contains(name) || IsRealTime(name, "RTMIN+") || IsRealTime(name, "RTMAX-") ? text : throw QuaiException.Invalid("invalid signal: " + text);
    }

    private static bool IsRealTime(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int offset) && offset is >= 1 and <= 15;
}
