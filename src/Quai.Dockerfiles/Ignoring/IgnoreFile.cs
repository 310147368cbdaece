using System.Text;

namespace Quai.Dockerfiles.Ignoring;

/// <summary>Reads a <c>.dockerignore</c>.</summary>
public static class IgnoreFile
{
    /// <summary>Its patterns in their order, without comments; those that begin with <c>!</c> take paths in again.</summary>
    public static IReadOnlyList<string> Read(ReadOnlySpan<byte> bytes)
    {
        List<string> patterns = [];
        foreach (string line in Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Split('\n'))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            string pattern = line.Trim();
            bool takesIn = pattern.StartsWith('!');
            pattern = takesIn ? pattern[1..].Trim() : pattern;
            if (pattern.Length > 0)
            {
                pattern = Clean(pattern);
                pattern = pattern.Length > 1 && pattern[0] == '/' ? pattern[1..] : pattern;
            }
            else if (!takesIn)
            {
                continue;
            }

            patterns.Add(takesIn ? "!" + pattern : pattern);
        }

        return patterns;
    }

    /// <summary>A path without <c>.</c>, <c>..</c> where something is before it, and slashes that say nothing.</summary>
    private static string Clean(string path)
    {
        bool rooted = path.StartsWith('/');
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part != ".." || (!rooted && (parts.Count == 0 || parts[^1] == "..")))
            {
                parts.Add(part);
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }

        string joined = string.Join('/', parts);
        return rooted ? "/" + joined : joined.Length > 0 ? joined : ".";
    }
}
