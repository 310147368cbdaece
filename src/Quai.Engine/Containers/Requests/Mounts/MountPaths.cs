using Quai.Errors;

namespace Quai.Engine.Containers.Requests.Mounts;

/// <summary>What mounts say of paths and of propagation, in whatever form they are written.</summary>
/// <param name="dataRoot">The daemon's own data.</param>
internal sealed class MountPaths(string dataRoot)
{
    /// <summary>How a source is mounted when nobody says: one above the daemon's own data would pin its mounts, and those are not passed on privately.</summary>
    public string DefaultPropagation(string source) =>
        dataRoot == source || dataRoot.StartsWith(source == "/" ? "/" : source + "/", StringComparison.Ordinal) ? "rslave" : "rprivate";

    /// <summary>Whether a word names a propagation.</summary>
    public static bool IsPropagation(string text) => text is "private" or "rprivate" or "slave" or "rslave" or "shared" or "rshared";

    /// <summary>A place in a container: absolute, cleaned, and not its root.</summary>
    /// <exception cref="QuaiException">It is none.</exception>
    public static string CheckDestination(string path)
    {
        if (!path.StartsWith('/'))
        {
            throw QuaiException.Invalid($"invalid mount path: '{path}' mount path must be absolute");
        }

        string clean = Clean(path);
        return clean == "/" ? throw QuaiException.Invalid("invalid specification: destination can't be '/'") : clean;
    }

    /// <summary>Resolves . and .. by the text alone, as paths inside a container must be.</summary>
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
