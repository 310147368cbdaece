namespace Quai.Bake.Hcl.Functions.Strings;

/// <summary>Paths with slashes, as text.</summary>
internal static class GoPath
{
    /// <summary>The last element; <c>.</c> for nothing, <c>/</c> for slashes alone.</summary>
    public static string Base(string path)
    {
        string trimmed = path.TrimEnd('/');
        return path.Length == 0 ? "." : trimmed.Length == 0 ? "/" : trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }

    /// <summary>All but the last element.</summary>
    public static string Dir(string path) => Clean(path[..(path.LastIndexOf('/') + 1)]);

    /// <summary>The shortest path of the same meaning.</summary>
    public static string Clean(string path)
    {
        bool rooted = path.StartsWith('/');
        List<string> parts = [];
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0 && parts[^1] != "..")
                {
                    parts.RemoveAt(parts.Count - 1);
                }
                else if (!rooted)
                {
                    parts.Add(part);
                }
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        string joined = string.Join('/', parts);
        return rooted ? "/" + joined : joined.Length == 0 ? "." : joined;
    }
}
