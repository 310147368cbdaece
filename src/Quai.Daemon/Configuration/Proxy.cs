namespace Quai.Daemon.Configuration;

/// <summary>The address of a proxy, as given; empty for none.</summary>
/// <param name="Address">It may contain a user and a password: show <see cref="Shown"/> instead.</param>
internal readonly record struct Proxy(string Address)
{
    /// <summary>The user's name and password in it, as <c>user:password</c>; empty for none.</summary>
    public string Secret => Bounds is (int start, int end) ? Address[start..end] : "";

    /// <summary>The address with credentials hidden: <c>http://xxxxx:xxxxx@proxy</c>, as Docker shows it.</summary>
    public string Shown => Bounds is (int start, int end) ? $"{Address[..start]}xxxxx:xxxxx{Address[end..]}" : Address;

    /// <inheritdoc/>
    public override string ToString() => Shown;

    private (int Start, int End)? Bounds
    {
        get
        {
            int scheme = Address.IndexOf("://", StringComparison.Ordinal), start = scheme < 0 ? 0 : scheme + 3;
            int slash = Address.IndexOf('/', start);
            int length = Address.AsSpan(start, (slash < 0 ? Address.Length : slash) - start).LastIndexOf('@');
            return length > 0 ? (start, start + length) : null;
        }
    }
}
