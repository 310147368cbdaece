using Quai.Networks.Dns.Messages;

namespace Quai.Networks.Egress;

/// <summary>A DNS name, or all below one.</summary>
public sealed record NamePattern
{
    private const string Below = "*.";

    private readonly string _name;
    private readonly byte[] _key;

    private NamePattern(string name, byte[] key, bool isSuffix)
    {
        _name = name;
        _key = key;
        IsSuffix = isSuffix;
    }

    /// <summary>Whether it is all below the name, at any depth, and not the name itself.</summary>
    public bool IsSuffix { get; }

    /// <inheritdoc/>
    public bool Equals(NamePattern? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The text, as <see cref="EgressPolicy.Parse"/> reads it.</summary>
    public override string ToString() => IsSuffix ? Below + _name : _name;

    /// <summary>Reads <c>deb.debian.org</c> or <c>*.debian.org</c>; null where it is neither.</summary>
    internal static NamePattern? TryParse(string text)
    {
        bool isSuffix = text.StartsWith(Below, StringComparison.Ordinal);
        string name = (isSuffix ? text[Below.Length..] : text).ToLowerInvariant();
        name = name.EndsWith('.') ? name[..^1] : name;
        return (isSuffix || name != EgressTarget.Any)
            && !name.EndsWith('.')
            && name.AsSpan(name.LastIndexOf('.') + 1).ContainsAnyExceptInRange('0', '9')
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            && WireName.TryKey(name) is { Length: > 0 } key ? new NamePattern(name, key, isSuffix) : null;
    }

    /// <summary>Whether a name is meant.</summary>
    /// <param name="name">As messages have it, in small letters.</param>
    internal bool Fits(ReadOnlySpan<byte> name)
    {
        if (!IsSuffix)
        {
            return name.SequenceEqual(_key);
        }

        // From label to label: a label may hold what looks like the beginning of another.
        int at = 0;
        while (name.Length - at > _key.Length)
        {
            at += 1 + name[at];
        }

        return at > 0 && name[Math.Min(at, name.Length)..].SequenceEqual(_key);
    }
}
