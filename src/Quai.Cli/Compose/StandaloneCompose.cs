using System.Text;

namespace Quai.Cli.Compose;

/// <summary>Quai called as <c>docker-compose</c>: what is behind that name is a command line of <c>quai compose</c>.</summary>
internal static class StandaloneCompose
{
    private const string Name = "docker-compose";

    // Options of quai itself, which docker-compose takes before its command as well.
    private static readonly string[] s_switches = ["-D", "--debug", "--tls", "--tlsverify"];
    private static readonly string[] s_valued = ["-H", "--host", "-c", "--context", "-l", "--log-level", "--config", "--tlscacert", "--tlscert", "--tlskey"];

    // Options of compose that have a value in the next word.
    private static readonly string[] s_own = ["-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi", "--progress", "--parallel"];

    /// <summary>Whether this process was called by that name.</summary>
    /// <remarks>A managed program is told the name of its file, not the one that it was called by: the kernel knows that.</remarks>
    public static bool IsCalled()
    {
        try
        {
            byte[] line = File.ReadAllBytes("/proc/self/cmdline");
            int end = Array.IndexOf(line, (byte)0);
            return Path.GetFileName(Encoding.UTF8.GetString(line, 0, end < 0 ? line.Length : end)) == Name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without /proc there is no telling.
            return false;
        }
    }

    /// <summary>The command line of <c>quai</c> for one of <c>docker-compose</c>.</summary>
    /// <param name="words">The words behind the name.</param>
    public static string[] Words(string[] words)
    {
        List<string> before = [], behind = [];
        int at = 0;
        while (at < words.Length && words[at].StartsWith('-') && words[at] is not ("-" or "--"))
        {
            string word = words[at], name = word.StartsWith("--", StringComparison.Ordinal) ? word.Split('=')[0] : word;
            bool takesNext = (s_valued.Contains(word) || s_own.Contains(word)) && at + 1 < words.Length;
            List<string> side = s_switches.Contains(name) || s_valued.Contains(name) ? before : behind;

            // As the first docker-compose had them.
            if (word == "--verbose")
            {
                before.Add("--debug");
            }
            else
            {
                side.AddRange(word == "--no-ansi" ? ["--ansi", "never"] : [word]);
            }

            if (takesNext)
            {
                side.Add(words[at + 1]);
            }

            at += takesNext ? 2 : 1;
        }

        return [.. before, "compose", .. behind, .. words[at..]];
    }
}
