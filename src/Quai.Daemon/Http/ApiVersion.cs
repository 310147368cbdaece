using System.Buffers;
using System.Globalization;
using Quai.Errors;

namespace Quai.Daemon.Http;

/// <summary>A version of the Engine API as the path names it (<c>/v1.47/…</c>).</summary>
internal readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    private static readonly SearchValues<char> VersionCharacters = SearchValues.Create("0123456789.");

    /// <summary>The newest supported version, which is also used for paths without a version.</summary>
    public static readonly ApiVersion Newest = new(1, 56);

    /// <summary>The oldest supported version.</summary>
    public static readonly ApiVersion Oldest = new(1, 24);

    /// <summary>
    /// Removes the version from a path. Returns false and leaves the path unchanged if there is none.
    /// A version is <c>/v</c> and digits and dots up to the next slash, as in Docker's router.
    /// </summary>
    /// <exception cref="QuaiException">The version is too old or too new; worded as Docker words it.</exception>
    public static bool TryTake(string path, out ApiVersion version, out string rest)
    {
        version = Newest;
        rest = path;
        if (path.Length < 4 || path[0] != '/' || path[1] != 'v' || !char.IsAsciiDigit(path[2]))
        {
            return false;
        }

        int slash = path.IndexOf('/', 2);
        ReadOnlySpan<char> text = path.AsSpan(2, (slash < 0 ? path.Length : slash) - 2);
        if (slash < 0 || text.ContainsAnyExcept(VersionCharacters))
        {
            return false;
        }

        version = Parse(text);
        rest = path[slash..];
        if (version.CompareTo(Oldest) < 0)
        {
            throw QuaiException.Invalid($"client version {text} is too old. Minimum supported API version is {Oldest}, please upgrade your client to a newer version");
        }

        if (version.CompareTo(Newest) > 0)
        {
            throw QuaiException.Invalid($"client version {text} is too new. Maximum supported API version is {Newest}");
        }

        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(ApiVersion other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    /// <summary>Whether this is version 1.<paramref name="minor"/> or newer.</summary>
    public bool AtLeast(int minor) => Major > 1 || (Major == 1 && Minor >= minor);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    private static ApiVersion Parse(ReadOnlySpan<char> text)
    {
        int dot = text.IndexOf('.');
        ReadOnlySpan<char> major = dot < 0 ? text : text[..dot];
        ReadOnlySpan<char> minor = dot < 0 ? [] : text[(dot + 1)..];
        dot = minor.IndexOf('.');
        return new(Number(major), Number(dot < 0 ? minor : minor[..dot]));
    }

    private static int Number(ReadOnlySpan<char> digits) =>
        digits.IsEmpty ? 0 : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue;
}
