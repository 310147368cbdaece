using Quai.Errors;

namespace Quai.Networks.Sandboxes;

/// <summary>Which names interfaces may have.</summary>
public static class InterfaceNames
{
    /// <summary>The most characters of a name.</summary>
    public const int MaximalLength = 15;

    /// <summary>Whether the kernel takes a name.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaximalLength && name is not ("." or "..") && !name.AsSpan().ContainsAny('/', ':', '%') && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c > '~');

    /// <summary>Returns a prefix of names, to which numbers are added.</summary>
    /// <exception cref="QuaiException">No interface could be called so.</exception>
    public static string CheckPrefix(string prefix) =>
        IsValid(prefix + "00") ? prefix : throw QuaiException.Invalid($"invalid interface prefix: \"{prefix}\": it has to be at most 13 characters that a name may have");
}
