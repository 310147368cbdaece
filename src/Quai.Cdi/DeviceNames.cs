using System.Diagnostics.CodeAnalysis;

namespace Quai.Cdi;

/// <summary>Names of devices: <c>VENDOR/CLASS=NAME</c>.</summary>
internal static class DeviceNames
{
    /// <summary>Reads a full name.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? kind, [NotNullWhen(true)] out string? name)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        (kind, name) = equals > 0 ? (text[..equals], text[(equals + 1)..]) : (null, null);
        return kind is not null && name is not null && IsKind(kind) && IsName(name);
    }

    /// <summary>Whether a text is a vendor and a class: both begin with a letter, and end with a letter or a digit.</summary>
    public static bool IsKind(string text)
    {
        string[] parts = text.Split('/');
        return parts is [var vendor, var kind] && Is(vendor, char.IsAsciiLetter, "_-.") && Is(kind, char.IsAsciiLetter, "_-.");
    }

    /// <summary>Whether a text is a device's name among those of its kind.</summary>
    public static bool IsName(string text) => Is(text, char.IsAsciiLetterOrDigit, "_-.:");

    private static bool Is(string text, Func<char, bool> first, string within) =>
        text.Length > 0 && first(text[0]) && char.IsAsciiLetterOrDigit(text[^1]) && text.All(c => char.IsAsciiLetterOrDigit(c) || within.Contains(c, StringComparison.Ordinal));
}
