using Quai.Errors;

namespace Quai.Engine.Containers.Requests.Mounts;

/// <summary>Rules for the paths and propagation of mounts, in whatever form they are written.</summary>
/// <param name="dataRoot">The daemon's own data.</param>
internal sealed class MountPaths(string dataRoot)
{
    /// <summary>The default propagation of a source: one above the daemon's own data would pin its mounts, so it is not private.</summary>
    public string DefaultPropagation(string source) =>
        dataRoot == source || dataRoot.StartsWith(source == "/" ? "/" : source + "/", StringComparison.Ordinal) ? "rslave" : "rprivate";

    /// <summary>Whether a word names a propagation mode.</summary>
    public static bool IsPropagation(string text) => text is "private" or "rprivate" or "slave" or "rslave" or "shared" or "rshared";

    /// <summary>A destination in a container: absolute, cleaned, and not its root.</summary>
    /// <exception cref="QuaiException">It is invalid.</exception>
    public static string CheckDestination(string path)
    {
        if (!path.StartsWith('/'))
        {
            throw QuaiException.Invalid($"invalid mount path: '{path}' mount path must be absolute");
        }

        string clean = Clean(path);
        return clean == "/" ? throw QuaiException.Invalid("invalid specification: destination can't be '/'") : clean;
    }

    /// <summary>Whether a path beneath something is written as one that is not: absolute, or climbing out.</summary>
    public static bool LeadsOut(string subpath)
    {
        int depth = 0;
        foreach (string part in subpath.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            depth += part == ".." ? -1 : part == "." ? 0 : 1;
            if (depth < 0)
            {
                return true;
            }
        }

        return subpath.StartsWith('/');
    }

    /// <summary>Resolves . and .. lexically, as paths inside a container must be.</summary>
    public static string Clean(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }
}
