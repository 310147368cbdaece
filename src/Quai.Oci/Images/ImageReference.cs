using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Quai.Errors;

namespace Quai.Oci.Images;

/// <summary>
/// The name of an image as users write it, made canonical by Docker's rules: <c>busybox</c> is
/// <c>docker.io/library/busybox</c>; a first part with a dot, a colon or an upper-case letter, or <c>localhost</c>, is a registry.
/// </summary>
/// <param name="Domain">The registry, <c>host[:port]</c>; Docker Hub is <c>docker.io</c>.</param>
/// <param name="Path">The repository within the registry, such as <c>library/busybox</c>.</param>
/// <param name="Tag">The tag, or null.</param>
/// <param name="Digest">The manifest's digest, or null.</param>
public sealed record ImageReference(string Domain, string Path, string? Tag, Digest? Digest)
{
    private static readonly SearchValues<char> AddressDigits = SearchValues.Create("0123456789abcdefABCDEF:");

    private const string DefaultDomain = "docker.io";
    private const string OfficialPrefix = "library/";
    private const int MaxNameLength = 255;
    private const int MaxTagLength = 128;

    /// <summary>The canonical repository, <c>docker.io/library/busybox</c>.</summary>
    public string Name => Domain + "/" + Path;

    /// <summary>The repository as Docker shows it, <c>busybox</c>.</summary>
    public string FamiliarName =>
        Domain != DefaultDomain ? Name
        : Path.StartsWith(OfficialPrefix, StringComparison.Ordinal) && Path.IndexOf('/', OfficialPrefix.Length) < 0 ? Path[OfficialPrefix.Length..]
        : Path;

    /// <summary>The whole name as Docker shows it, <c>busybox:latest</c>.</summary>
    public string Familiar => FamiliarName + Suffix;

    /// <summary>The whole canonical name, <c>docker.io/library/busybox:latest</c>.</summary>
    public string Canonical => Name + Suffix;

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is { } digest ? "@" + digest : "");

    /// <summary>The same name with tag <c>latest</c> when it has neither tag nor digest.</summary>
    public ImageReference WithDefaultTag() => Tag is null && Digest is null ? this with { Tag = "latest" } : this;

    /// <summary>Reads a name.</summary>
    /// <exception cref="QuaiException">Malformed, in Docker's words (<c>invalid reference format</c> …).</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out ImageReference? reference, out string? problem) ? reference : throw QuaiException.Invalid(problem);

    /// <summary>Reads a name; false when it is malformed.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference) => TryParse(text, out reference, out _);

    /// <summary>Whether a tag is well-formed: up to 128 letters, digits, <c>_ . -</c>, not beginning with a dot or a dash.</summary>
    public static bool IsTag(ReadOnlySpan<char> tag)
    {
        if (tag.IsEmpty || tag.Length > MaxTagLength || tag[0] is '.' or '-')
        {
            return false;
        }

        foreach (char c in tag)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Familiar;

    private static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? problem)
    {
        reference = null;
        problem = "invalid reference format";
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        if (text.Length == 64 && !text.AsSpan().ContainsAnyExcept(Images.Digest.HexDigits))
        {
            problem = $"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings";
            return false;
        }

        string rest = text;
        Digest? digest = null;
        int at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            if (!Images.Digest.TryParse(rest[(at + 1)..], out Digest parsed))
            {
                return false;
            }

            digest = parsed;
            rest = rest[..at];
        }

        (string domain, string path) = SplitDomain(rest);
        string? tag = null;
        int colon = path.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            tag = path[(colon + 1)..];
            path = path[..colon];
            if (!IsTag(tag))
            {
                return false;
            }
        }

        if (domain == DefaultDomain && path.Length > 0 && !path.Contains('/', StringComparison.Ordinal))
        {
            path = OfficialPrefix + path;
        }

        if (path.AsSpan().ContainsAnyInRange('A', 'Z') && IsPath(path.ToLowerInvariant()))
        {
            problem = $"invalid reference format: repository name ({path}) must be lowercase";
            return false;
        }

        if (!IsDomain(domain) || !IsPath(path))
        {
            return false;
        }

        if (path.Length > MaxNameLength)
        {
            problem = $"repository name must not be more than {MaxNameLength} characters";
            return false;
        }

        reference = new ImageReference(domain, path, tag, digest);
        return true;
    }

    private static (string Domain, string Path) SplitDomain(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return (DefaultDomain, name);
        }

        string first = name[..slash];
        bool isDomain = first.AsSpan().ContainsAny(".:") || first == "localhost" || first.AsSpan().ContainsAnyInRange('A', 'Z');
        return !isDomain ? (DefaultDomain, name)
            : (first == "index.docker.io" ? DefaultDomain : first, name[(slash + 1)..]);
    }

    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        if (domain.IsEmpty)
        {
            return false;
        }

        int port;
        if (domain[0] == '[')
        {
            int close = domain.IndexOf(']');
            if (close < 3 || domain[1..close].ContainsAnyExcept(AddressDigits))
            {
                return false;
            }

            port = close + 1;
        }
        else
        {
            port = domain.IndexOf(':');
            ReadOnlySpan<char> host = port < 0 ? domain : domain[..port];
            foreach (Range label in host.Split('.'))
            {
                if (!IsLabel(host[label]))
                {
                    return false;
                }
            }

            port = port < 0 ? domain.Length : port;
        }

        ReadOnlySpan<char> rest = domain[port..];
        return rest.IsEmpty || (rest.Length > 1 && rest[0] == ':' && !rest[1..].ContainsAnyExceptInRange('0', '9'));
    }

    private static bool IsLabel(ReadOnlySpan<char> label)
    {
        if (label.IsEmpty || label[0] == '-' || label[^1] == '-')
        {
            return false;
        }

        foreach (char c in label)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPath(ReadOnlySpan<char> path)
    {
        foreach (Range part in path.Split('/'))
        {
            if (!IsPathComponent(path[part]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Lower-case letters and digits, joined by one dot, one or two underscores, or any number of dashes.</summary>
    private static bool IsPathComponent(ReadOnlySpan<char> part)
    {
        if (part.IsEmpty || !IsLowerOrDigit(part[0]) || !IsLowerOrDigit(part[^1]))
        {
            return false;
        }

        for (int i = 0; i < part.Length;)
        {
            if (IsLowerOrDigit(part[i]))
            {
                i++;
                continue;
            }

            char separator = part[i];
            int end = i;
            while (end < part.Length && part[end] == separator)
            {
                end++;
            }

            int limit = separator switch
            {
                '.' => 1,
                '_' => 2,
                '-' => int.MaxValue,
                _ => 0,
            };
            if (end - i > limit || !IsLowerOrDigit(part[end]))
            {
                return false;
            }

            i = end;
        }

        return true;
    }

    private static bool IsLowerOrDigit(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}
