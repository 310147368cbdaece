using System.Text;
using Quai.Oci.Images;

namespace Quai.Build.Attestations;

/// <summary>Writes package URLs (purl).</summary>
internal static class PackageUrls
{
    /// <summary>That of an image: <c>pkg:docker/NAME@TAG?platform=…</c>.</summary>
    /// <param name="image">Its name; a digest is named where there is no tag.</param>
    /// <param name="platform">Its platform; null for none in particular.</param>
    public static string Of(ImageReference image, Platform? platform)
    {
        List<(string, string)> qualifiers = [];
        if (image is { Tag: null, Digest: { } digest })
        {
            qualifiers.Add(("digest", digest.ToString()));
        }

        if (platform is not null)
        {
            qualifiers.Add(("platform", platform.ToString()));
        }

        int slash = image.FamiliarName.LastIndexOf('/');
        return Write("docker", slash < 0 ? "" : image.FamiliarName[..slash], image.FamiliarName[(slash + 1)..], image.Tag ?? "", qualifiers);
    }

    /// <summary>That of a package.</summary>
    /// <param name="type">Its kind, such as <c>deb</c>.</param>
    /// <param name="space">Whose it is, such as <c>debian</c>, with slashes between its parts; empty for none.</param>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version; empty for none.</param>
    /// <param name="qualifiers">What is said besides; those without a value are left out.</param>
    public static string Write(string type, string space, string name, string version, IEnumerable<(string Key, string Value)> qualifiers)
    {
        var url = new StringBuilder("pkg:").Append(type).Append('/');
        foreach (string part in space.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            url.Append(Escaped(part)).Append('/');
        }

        url.Append(Escaped(name));
        if (version.Length > 0)
        {
            url.Append('@').Append(Escaped(version));
        }

        char mark = '?';
        foreach ((string key, string value) in qualifiers.Where(q => q.Value.Length > 0).OrderBy(q => q.Key, StringComparer.Ordinal))
        {
            url.Append(mark).Append(key).Append('=').Append(Uri.EscapeDataString(value));
            mark = '&';
        }

        return url.ToString();
    }

    // Colons need not be escaped, and are not by others.
    private static string Escaped(string text) => Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal);
}
