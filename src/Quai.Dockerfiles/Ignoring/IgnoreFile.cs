using System.Text;

namespace Quai.Dockerfiles.Ignoring;

/// <summary>Reads <c>.dockerignore</c>.</summary>
public static class IgnoreFile
{
    /// <summary>Its patterns: without comments and empty lines, cleaned, without a slash at the beginning.</summary>
    /// <param name="bytes">The file, in UTF-8.</param>
    public static IReadOnlyList<string> Read(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> mark = [0xef, 0xbb, 0xbf];
        string text = Encoding.UTF8.GetString(bytes.StartsWith(mark) ? bytes[mark.Length..] : bytes);
        List<string> patterns = [];
        foreach (string line in text.Split('\n'))
        {
            string pattern = line.Trim();
            if (line.StartsWith('#') || pattern.Length == 0)
            {
                continue;
            }

            bool excepts = pattern[0] == '!';
            pattern = excepts ? pattern[1..].Trim() : pattern;
            if (pattern.Length > 0)
            {
                pattern = SlashPaths.Clean(pattern);
                pattern = pattern.Length > 1 && pattern[0] == '/' ? pattern[1..] : pattern;
            }

            patterns.Add(excepts ? "!" + pattern : pattern);
        }

        return patterns;
    }
}
