namespace Quai.Build.Attestations.Provenance;

/// <summary>Addresses as others may see them.</summary>
internal static class SafeAddress
{
    private const string Hidden = "xxxxx";

    /// <summary>An address without the name and the password that may be in it.</summary>
    public static string Of(string address)
    {
        int scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return address;
        }

        int begin = scheme + 3, end = address.AsSpan(begin).IndexOfAny('/', '?', '#') is >= 0 and var at ? begin + at : address.Length;
        int mark = address.AsSpan(begin, end - begin).LastIndexOf('@');
        string name = mark < 0 ? "" : address.Substring(begin, mark);
        return name.Length == 0 || (!name.Contains(':', StringComparison.Ordinal) && !address.StartsWith("http", StringComparison.OrdinalIgnoreCase))
            ? address
            : $"{address[..begin]}{Hidden}{(name.Contains(':', StringComparison.Ordinal) ? ":" + Hidden : "")}{address[(begin + mark)..]}";
    }
}
