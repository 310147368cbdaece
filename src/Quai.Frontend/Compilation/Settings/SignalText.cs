using System.Globalization;

namespace Quai.Frontend.Compilation.Settings;

/// <summary>Names of signals.</summary>
internal static class SignalText
{
    private const int Highest = 64;

    private static readonly HashSet<string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM",
        "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
    };

    /// <summary>Whether a text is a signal's name or number.</summary>
    public static bool IsSignal(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number is > 0 and <= Highest;
        }

        string name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text;
        int mark = name.IndexOfAny(['+', '-']);
        return s_names.Contains(name)
            || (mark > 0 && name.StartsWith("RTM", StringComparison.OrdinalIgnoreCase) && s_names.Contains(name[..mark])
                && int.TryParse(name.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int offset) && offset <= 15);
    }
}
