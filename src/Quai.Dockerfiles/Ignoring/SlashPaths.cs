namespace Quai.Dockerfiles.Ignoring;

/// <summary>Paths with slashes, as text: nothing is looked up.</summary>
public static class SlashPaths
{
    /// <summary>The shortest path that means the same: without <c>.</c>, <c>x/..</c>, doubled slashes and one at the end; <c>.</c> for an empty one.</summary>
    public static string Clean(string path)
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

    /// <summary>Several paths, each in the one before, cleaned.</summary>
    public static string Join(params ReadOnlySpan<string> paths)
    {
        List<string> some = [];
        foreach (string path in paths)
        {
            if (path.Length > 0)
            {
                some.Add(path);
            }
        }

        return some.Count == 0 ? "" : Clean(string.Join('/', some));
    }

    /// <summary>The last part of a path; <c>.</c> for an empty one.</summary>
    public static string Base(string path)
    {
        string trimmed = path.TrimEnd('/');
        return trimmed.Length > 0 ? trimmed[(trimmed.LastIndexOf('/') + 1)..] : path.Length > 0 ? "/" : ".";
    }

    /// <summary>Whether a path has a wildcard that is not escaped.</summary>
    public static bool HasWildcard(string path)
    {
        for (int at = 0; at < path.Length; at++)
        {
            if (path[at] is '*' or '?' or '[')
            {
                return true;
            }

            at += path[at] == '\\' ? 1 : 0;
        }

        return false;
    }
}
