using Quai.Dockerfiles.Ignoring;
using Quai.Linux.Trees;

namespace Quai.BuildClient.Files;

/// <summary>Finds what paths lead to in a folder: they themselves, and the targets of the symbolic links on them, whose own target may be a link.</summary>
/// <param name="root">The folder; no link leads out of it.</param>
internal sealed class FollowedPaths(string root)
{
    private const int MostLinks = 255;

    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private int _links;

    /// <summary>The paths and what they lead to, as patterns.</summary>
    /// <param name="paths">Paths in the folder; the last parts may have wildcards.</param>
    public IReadOnlyCollection<string> Find(IEnumerable<string> paths)
    {
        foreach (string path in paths)
        {
            string clean = SlashPaths.Clean("/" + path)[1..];
            Follow("", clean.Length == 0 ? [] : clean.Split('/'));
        }

        return _found;
    }

    private void Follow(string at, ReadOnlySpan<string> rest)
    {
        if (rest.IsEmpty)
        {
            _found.Add(at.Length == 0 ? "." : at);
            return;
        }

        string whole = Join(at, string.Join('/', rest!));
        if (!SlashPaths.HasWildcard(rest[0]))
        {
            Step(Join(at, rest[0]), rest[1..], whole);
            return;
        }

        _found.Add(whole);
        var pattern = new PathPattern(rest[0]);
        foreach (string name in Names(at))
        {
            // What is no link is found by the pattern; what a link leads to is not.
            string inner = Join(at, name);
            if (pattern.Fits(name) && (rest.Length > 1 || Status(inner)?.IsLink == true))
            {
                Step(inner, rest[1..], Join(inner, string.Join('/', rest[1..]!)));
            }
        }
    }

    private void Step(string path, ReadOnlySpan<string> rest, string whole)
    {
        NodeStatus? status = Status(path);
        if (status is null)
        {
            _found.Add(whole);
        }
        else if (!status.Value.IsLink)
        {
            Follow(path, rest);
        }
        else if (_links++ < MostLinks)
        {
            _found.Add(path);
            string target = new FileInfo(Path.Combine(root, path)).LinkTarget ?? "";
            string parent = path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";
            string led = SlashPaths.Clean("/" + (target.StartsWith('/') ? target : $"{parent}/{target}"))[1..];
            string[] parts = [.. led.Split('/', StringSplitOptions.RemoveEmptyEntries), .. rest];
            Follow("", parts);
        }
    }

    private NodeStatus? Status(string path) => NodeStatusReader.TryRead(Path.Combine(root, path));

    private IEnumerable<string> Names(string path)
    {
        string full = Path.Combine(root, path);
        return Directory.Exists(full) ? Directory.EnumerateFileSystemEntries(full).Select(e => Path.GetFileName(e)) : [];
    }

    private static string Join(string parent, string name) => parent.Length == 0 ? name : name.Length == 0 ? parent : $"{parent}/{name}";
}
