using Quai.Build.Trees;

namespace Quai.Build.Attestations.Packages;

/// <summary>The packages of dpkg's database, also in the form that images without dpkg have (<c>status.d</c>).</summary>
internal static class DebianPackages
{
    private const string Folder = "/var/lib/dpkg";
    private const int LargestEntry = 1 << 20;

    /// <summary>Where the database is.</summary>
    public const string Place = Folder + "/status";

    /// <summary>Finds them.</summary>
    public static IEnumerable<FoundPackage> Find(MergedTree tree, SystemRelease release)
    {
        if (TreeText.Read(tree, Place, TreeText.LargestList) is { } list)
        {
            foreach (FoundPackage package in PackageFields.Blocks(list).Where(b => b.GetValueOrDefault("Status", "").EndsWith(" installed", StringComparison.Ordinal)).Select(b => Read(b, Place, release)).OfType<FoundPackage>())
            {
                yield return package;
            }
        }

        using MergedDirectory? pieces = TreeText.Resolve(tree, Folder + "/status.d") is { } folder ? tree.OpenDirectory(folder) : null;
        foreach ((byte[] name, _) in pieces?.Entries() ?? [])
        {
            string file = MergedTree.Text(name);
            if (file.EndsWith(".md5sums", StringComparison.Ordinal) || TreeText.Read(pieces!, file, LargestEntry) is not { } text)
            {
                continue;
            }

            foreach (FoundPackage package in PackageFields.Blocks(text).Select(b => Read(b, $"{Folder}/status.d/{file}", release)).OfType<FoundPackage>())
            {
                yield return package;
            }
        }
    }

    private static FoundPackage? Read(Dictionary<string, string> block, string place, SystemRelease release)
    {
        string name = block.GetValueOrDefault("Package", ""), version = block.GetValueOrDefault("Version", "");
        if (name.Length == 0)
        {
            return null;
        }

        // "NAME (VERSION)", where the source's version is another.
        string source = block.GetValueOrDefault("Source", "");
        string upstream = source.IndexOf(" (", StringComparison.Ordinal) is > 0 and var at ? $"{source[..at]}@{source[(at + 2)..].TrimEnd(')')}" : source;
        string url = PackageUrls.Write("deb", release.Id.Length > 0 ? release.Id : "debian", name, version,
            [("arch", block.GetValueOrDefault("Architecture", "")), ("distro", release.Distribution), ("upstream", upstream)]);
        return new FoundPackage(name, version, url, place)
        {
            Maintainer = block.GetValueOrDefault("Maintainer", ""),
            HomePage = block.GetValueOrDefault("Homepage", ""),
            Summary = block.GetValueOrDefault("Description", ""),
        };
    }
}
