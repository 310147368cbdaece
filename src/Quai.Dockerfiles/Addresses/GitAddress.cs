using Quai.Errors;

namespace Quai.Dockerfiles.Addresses;

/// <summary>The address of a repository as builds have it: <c>https://host/a/b.git#branch:directory</c>, <c>git@host:a/b.git</c>, <c>github.com/a/b</c>.</summary>
/// <param name="Remote">The repository.</param>
/// <param name="Reference">The branch, tag or commit; empty for the usual.</param>
/// <param name="Directory">The directory in it; empty for all of it.</param>
public sealed record GitAddress(string Remote, string Reference, string Directory)
{
    private const string GitHub = "github.com/", Secure = "https://";

    /// <summary>Whether it is fetched by HTTP.</summary>
    public bool IsHttp => Remote.StartsWith("https://", StringComparison.Ordinal) || Remote.StartsWith("http://", StringComparison.Ordinal);

    /// <summary>Whether it is fetched by SSH.</summary>
    public bool IsSsh => Remote.StartsWith("ssh://", StringComparison.Ordinal) || (!Remote.Contains("://", StringComparison.Ordinal) && Remote.Contains('@'));

    /// <summary>The repository without scheme and user, as the graph names it.</summary>
    public string Plain
    {
        get
        {
            int scheme = Remote.IndexOf("://", StringComparison.Ordinal);
            string rest = scheme < 0 ? Remote : Remote[(scheme + 3)..];
            int at = rest.IndexOf('@');
            rest = at >= 0 && (rest.IndexOf('/') is var slash && (slash < 0 || at < slash)) ? rest[(at + 1)..] : rest;
            int colon = scheme < 0 ? rest.IndexOf(':') : -1;
            return colon < 0 ? rest : rest[..colon] + "/" + rest[(colon + 1)..].TrimStart('/');
        }
    }

    /// <summary>The address of a directory within this one; a path that leads out of it stays at its top.</summary>
    public GitAddress Within(string path)
    {
        Stack<string> parts = new();
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != "."))
        {
            if (part != "..")
            {
                parts.Push(part);
            }
            else
            {
                parts.TryPop(out _);
            }
        }

        return this with { Directory = string.Join('/', ((string[])[Directory.Trim('/')]).Where(d => d.Length > 0).Concat(parts.Reverse())) };
    }

    /// <summary>The address as <see cref="Find"/> reads it.</summary>
    public override string ToString() => Known(Remote) + (Reference.Length + Directory.Length == 0 ? "" : "#" + Reference) + (Directory.Length == 0 ? "" : ":" + Directory);

    /// <summary>The repository that a text is the address of; null where it is none.</summary>
    public static GitAddress? Find(string text)
    {
        int hash = text.IndexOf('#');
        string remote = hash < 0 ? text : text[..hash], fragment = hash < 0 ? "" : text[(hash + 1)..];
        bool http = remote.StartsWith("http://", StringComparison.Ordinal) || remote.StartsWith("https://", StringComparison.Ordinal);
        bool known = http ? Path(remote).EndsWith(".git", StringComparison.Ordinal)
            : remote.StartsWith("git://", StringComparison.Ordinal) || remote.StartsWith("ssh://", StringComparison.Ordinal) || IsScp(remote)
            || remote.StartsWith(GitHub, StringComparison.Ordinal);
        if (!known)
        {
            return null;
        }

        remote = remote.StartsWith(GitHub, StringComparison.Ordinal) ? "https://" + remote : remote;
        int colon = fragment.IndexOf(':');
        string directory = colon < 0 ? "" : fragment[(colon + 1)..];
        return directory.Split('/').Contains("..") ? throw QuaiException.Invalid($"invalid subdir {directory} for git source") : new GitAddress(remote, colon < 0 ? fragment : fragment[..colon], directory);
    }

    // Of this host a repository is known by the beginning alone, where it does not end as one.
    private static string Known(string remote) =>
        remote.StartsWith(Secure + GitHub, StringComparison.Ordinal) && !Path(remote).EndsWith(".git", StringComparison.Ordinal) ? remote[Secure.Length..] : remote;

    private static string Path(string address)
    {
        int query = address.IndexOf('?');
        return query < 0 ? address : address[..query];
    }

    private static bool IsScp(string text)
    {
        int at = text.IndexOf('@'), colon = text.IndexOf(':');
        return at > 0 && colon > at && !text.Contains("://", StringComparison.Ordinal) && text.AsSpan(0, at).IndexOfAny(" /") < 0;
    }
}
