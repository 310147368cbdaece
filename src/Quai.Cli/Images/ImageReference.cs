using Quai.Cli.CommandLine;

namespace Quai.Cli.Images;

/// <summary>What the client needs to know about image names: tags, digests and how a name is shown.</summary>
internal static class ImageReference
{
    /// <summary>Splits a name into repository, tag and digest; what is absent is empty.</summary>
    public static (string Repository, string Tag, string Digest) Split(string name)
    {
        int at = name.IndexOf('@', StringComparison.Ordinal);
        string digest = at < 0 ? "" : name[(at + 1)..];
        string rest = at < 0 ? name : name[..at];
        int colon = rest.LastIndexOf(':');
        bool tagged = colon > rest.LastIndexOf('/');
        return (tagged ? rest[..colon] : rest, tagged ? rest[(colon + 1)..] : "", digest);
    }

    /// <summary>The name with <c>:latest</c> if it has neither tag nor digest.</summary>
    public static string WithDefaultTag(string name)
    {
        (_, string tag, string digest) = Split(name);
        return tag.Length == 0 && digest.Length == 0 ? name + ":latest" : name;
    }

    /// <summary>The name as messages show it: with its tag, without the default registry.</summary>
    public static string Familiar(string name)
    {
        string full = WithDefaultTag(name);
        foreach (string prefix in (ReadOnlySpan<string>)["docker.io/library/", "docker.io/", "index.docker.io/"])
        {
            if (full.StartsWith(prefix, StringComparison.Ordinal))
            {
                return full[prefix.Length..];
            }
        }

        return full;
    }

    /// <summary>The name with its registry.</summary>
    public static string Canonical(string name)
    {
        string familiar = Familiar(name);
        int slash = familiar.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return "docker.io/library/" + familiar;
        }

        string first = familiar[..slash];
        return first.AsSpan().IndexOfAny(".:") >= 0 || first == "localhost" ? familiar : "docker.io/" + familiar;
    }

    /// <summary>Refuses an invalid name.</summary>
    /// <exception cref="ExitException">It is invalid.</exception>
    public static void Check(string name)
    {
        (string repository, string tag, _) = Split(name);
        int slash = repository.IndexOf('/', StringComparison.Ordinal);
        bool hasHost = slash > 0 && (repository.AsSpan(0, slash).IndexOfAny(".:") >= 0 || repository[..slash] == "localhost");
        string path = hasHost ? repository[(slash + 1)..] : repository;
        if (path.Any(char.IsAsciiLetterUpper))
        {
            throw new ExitException(1, $"invalid reference format: repository name ({(hasHost || path.Contains('/') ? path : "library/" + path)}) must be lowercase");
        }

        bool valid = path.Length > 0 && path.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-' or '/')
            && path.Split('/').All(p => p.Length > 0 && char.IsAsciiLetterOrDigit(p[0]) && char.IsAsciiLetterOrDigit(p[^1]))
            && tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') && tag.Length <= 128 && !name.EndsWith(':');
        if (!valid)
        {
            throw new ExitException(1, "invalid reference format");
        }
    }
}
