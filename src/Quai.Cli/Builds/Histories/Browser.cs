using System.ComponentModel;
using System.Diagnostics;

namespace Quai.Cli.Builds.Histories;

/// <summary>The user's browser.</summary>
internal static class Browser
{
    private static readonly string[] s_programs = ["xdg-open", "x-www-browser", "www-browser"];

    /// <summary>Opens an address.</summary>
    /// <returns>Why not; null where it is opened.</returns>
    public static string? Open(string address)
    {
        foreach (string program in s_programs)
        {
            try
            {
                using Process? process = Process.Start(new ProcessStartInfo(program, [address]) { UseShellExecute = false });
                process?.WaitForExit();
                return process is { ExitCode: not 0 and var code } ? $"{program}: exit status {code}" : null;
            }
            catch (Win32Exception)
            {
                // Not there.
            }
        }

        return $"exec: \"{string.Join(',', s_programs)}\": executable file not found in $PATH";
    }
}
