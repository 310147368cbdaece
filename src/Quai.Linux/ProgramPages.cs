using System.Globalization;
using System.Runtime.InteropServices;

namespace Quai.Linux;

/// <summary>
/// The pages of this program's file that are mapped: code that ran once, and data that was read at the start. They are the kernel's to take back and
/// count as this process's memory meanwhile. Whoever needs one again has it from the kernel's cache of the file.
/// </summary>
public static unsafe partial class ProgramPages
{
    private const int MADV_DONTNEED = 4;

    /// <summary>Gives them back. A mapping with a page that is not as in the file (one that was relocated, or that a debugger changed) is left alone.</summary>
    public static void Release()
    {
        foreach ((nuint start, nuint end) in Clean(File.ReadLines("/proc/self/smaps"), Environment.ProcessPath ?? ""))
        {
            // It is advice: where it is not taken, the pages stay.
            _ = Advise((void*)start, end - start, MADV_DONTNEED);
        }
    }

    /// <summary>The private mappings of a file that nobody may write to and of which no page differs from the file.</summary>
    /// <param name="smaps">Lines of <c>/proc/PID/smaps</c>.</param>
    /// <param name="path">The file.</param>
    internal static IEnumerable<(nuint Start, nuint End)> Clean(IEnumerable<string> smaps, string path)
    {
        (nuint, nuint)? mapping = null;
        foreach (string line in smaps)
        {
            if (line.Length == 0 || !char.IsUpper(line[0]))
            {
                // START-END PERMISSIONS OFFSET DEVICE INODE PATH
                string[] parts = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
                mapping = parts.Length == 6 && parts[5].TrimStart() == path && parts[1] is ("r--p" or "r-xp") ? Range(parts[0]) : null;
            }
            else if (mapping is { } clean && line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                if (line["Anonymous:".Length..].TrimStart().StartsWith("0 ", StringComparison.Ordinal))
                {
                    yield return clean;
                }

                mapping = null;
            }
        }
    }

    private static (nuint Start, nuint End)? Range(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return nuint.TryParse(text.AsSpan(0, Math.Max(0, dash)), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nuint start)
            && nuint.TryParse(text.AsSpan(dash + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nuint end) ? (start, end) : null;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
