using Quai.Build.Trees;

namespace Quai.Build.Attestations.Packages;

/// <summary>The packages of apk's database.</summary>
internal static class AlpinePackages
{
    /// <summary>Where the database may be.</summary>
    public static IReadOnlyList<string> Places { get; } = ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"];

    /// <summary>Finds them.</summary>
    public static IEnumerable<FoundPackage> Find(MergedTree tree, SystemRelease release)
    {
        // One of the paths may lead to the other.
        foreach (string place in Places.Select(p => TreeText.Resolve(tree, p)).OfType<string>().Distinct())
        {
            if (TreeText.Read(tree, place, TreeText.LargestList) is not { } list)
            {
                continue;
            }

            foreach (Dictionary<string, string> block in Blocks(list))
            {
                string name = block.GetValueOrDefault("P", ""), version = block.GetValueOrDefault("V", ""), origin = block.GetValueOrDefault("o", "");
                if (name.Length > 0)
                {
                    string url = PackageUrls.Write("apk", release.Id.Length > 0 ? release.Id : "alpine", name, version,
                        [("arch", block.GetValueOrDefault("A", "")), ("distro", release.Distribution), ("upstream", origin == name ? "" : origin)]);
                    yield return new FoundPackage(name, version, url, place)
                    {
                        License = block.GetValueOrDefault("L", ""),
                        Maintainer = block.GetValueOrDefault("m", ""),
                        HomePage = block.GetValueOrDefault("U", ""),
                        Summary = block.GetValueOrDefault("T", ""),
                    };
                }
            }
        }
    }

    // Here capitals matter: "A" is not "a".
    private static IEnumerable<Dictionary<string, string>> Blocks(string list)
    {
        Dictionary<string, string> block = new(StringComparer.Ordinal);
        foreach (string line in list.Split('\n').Append(""))
        {
            if (line.Length == 0)
            {
                yield return block;
                block = new(StringComparer.Ordinal);
            }
            else if (line.Length > 1 && line[1] == ':')
            {
                block.TryAdd(line[..1], line[2..].Trim());
            }
        }
    }
}
