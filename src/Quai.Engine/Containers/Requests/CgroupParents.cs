namespace Quai.Engine.Containers.Requests;

/// <summary>The rule for cgroup parents, the daemon's and a container's: a plain path beneath the hierarchies' roots, with or without a leading slash.</summary>
public static class CgroupParents
{
    private const int LongestName = 255, LongestPath = 4000;

    /// <summary>What is wrong with a parent; null if nothing is, or if it is empty.</summary>
    public static string? Complaint(string parent)
    {
        if (parent.Length is 0 or 1)
        {
            return parent is "" or "/" || IsName(parent) ? null : "it must be a path of cgroups";
        }

        if (parent.Length > LongestPath)
        {
            return "it is too long";
        }

        if (parent.Any(char.IsControl))
        {
            return "it must not contain control characters";
        }

        string bare = (parent[0] == '/' ? parent[1..] : parent).TrimEnd('/');
        return bare.Length > 0 && bare.Split('/').All(IsName) ? null : "each part of it must be the name of a cgroup, neither empty nor \".\" nor \"..\"";
    }

    /// <summary>The path of a cgroup beneath its parent.</summary>
    public static string PathOf(string parent, string id) => $"{(parent.StartsWith('/') ? "" : "/")}{parent.TrimEnd('/')}/{id}";

    private static bool IsName(string part) => part.Length is > 0 and <= LongestName && part is not ("." or "..") && !part.Any(char.IsControl);
}
