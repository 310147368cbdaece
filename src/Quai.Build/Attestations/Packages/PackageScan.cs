using Quai.Build.Trees;
using Quai.Errors;

namespace Quai.Build.Attestations.Packages;

/// <summary>All packages of a tree that are found without anybody's help, in the order of their package URLs.</summary>
/// <param name="Packages">The packages.</param>
/// <param name="Unread">Databases of packages that are there and are not read.</param>
internal sealed record PackageScan(IReadOnlyList<FoundPackage> Packages, IReadOnlyList<string> Unread)
{
    private const int Most = 100_000;

    private static readonly string[] s_unread = ["/var/lib/rpm/Packages", "/var/lib/rpm/Packages.db", "/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/Packages.db", "/usr/lib/sysimage/rpm/rpmdb.sqlite"];

    /// <summary>Looks for them.</summary>
    /// <exception cref="QuaiException">There are more than anybody has.</exception>
    public static PackageScan Run(MergedTree tree, CancellationToken cancellation)
    {
        SystemRelease release = SystemRelease.Read(tree);
        Dictionary<(string, string), FoundPackage> found = [];
        foreach (FoundPackage package in DebianPackages.Find(tree, release).Concat(AlpinePackages.Find(tree, release)).Concat(LanguagePackages.Find(tree, cancellation)))
        {
            cancellation.ThrowIfCancellationRequested();
            found.TryAdd((package.Url, package.Place), package);
            if (found.Count > Most)
            {
                throw QuaiException.Invalid($"the result has more than {Most} packages: too many to be listed (--sbom)");
            }
        }

        return new PackageScan(
            [.. found.Values.OrderBy(p => p.Url, StringComparer.Ordinal).ThenBy(p => p.Place, StringComparer.Ordinal)],
            [
                .. s_unread.Select(p => TreeText.Resolve(tree, p)).OfType<string>().Distinct().Where(p => tree.Status(p) is { IsRegular: true }),
                .. AlpinePackages.Places.Append(DebianPackages.Place).Select(p => TreeText.Resolve(tree, p)).OfType<string>().Distinct()
                    .Where(p => tree.Status(p) is { IsRegular: true, Size: > TreeText.LargestList }),
            ]);
    }
}
