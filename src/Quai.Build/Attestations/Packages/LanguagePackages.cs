using System.Text.Json;
using Quai.Build.Trees;

namespace Quai.Build.Attestations.Packages;

/// <summary>The packages of Python (<c>*.dist-info</c>, <c>*.egg-info</c>) and of Node (<c>node_modules</c>), wherever they are in a tree.</summary>
internal static class LanguagePackages
{
    private const int Largest = 1 << 20;

    // Nobody installs packages deeper; a tree made to be deep shall not keep us.
    private const int Deepest = 64;

    private static readonly string[] s_kernels = ["/proc", "/sys", "/dev"];

    /// <summary>Finds them.</summary>
    public static IEnumerable<FoundPackage> Find(MergedTree tree, CancellationToken cancellation)
    {
        using MergedDirectory root = tree.OpenRoot();
        foreach (FoundPackage package in Find(root, "", 0, cancellation))
        {
            yield return package;
        }
    }

    private static IEnumerable<FoundPackage> Find(MergedDirectory directory, string path, int depth, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string own = MergedTree.Base(path);
        FoundPackage? package = own.EndsWith(".dist-info", StringComparison.Ordinal) ? Python(directory, path, "METADATA")
            : own.EndsWith(".egg-info", StringComparison.Ordinal) ? Python(directory, path, "PKG-INFO")
            : IsModule(path) ? Node(directory, path)
            : null;
        if (package is not null)
        {
            yield return package;
        }

        if (depth >= Deepest)
        {
            yield break;
        }

        foreach ((byte[] name, MergedEntry entry) in directory.Entries())
        {
            string inner = $"{path}/{MergedTree.Text(name)}";
            if (!entry.Status.IsDirectory || s_kernels.Contains(inner))
            {
                continue;
            }

            using MergedDirectory? below = directory.OpenDirectory(name);
            foreach (FoundPackage found in below is null ? [] : Find(below, inner, depth + 1, cancellation))
            {
                yield return found;
            }
        }
    }

    /// <summary>Whether a path is <c>…/node_modules/NAME</c> or <c>…/node_modules/@SCOPE/NAME</c>.</summary>
    private static bool IsModule(string path)
    {
        string[] parts = path.Split('/');
        return parts is [.., "node_modules", var name] ? !name.StartsWith('@') && !name.StartsWith('.')
            : parts is [.., "node_modules", var scope, _] && scope.StartsWith('@');
    }

    private static FoundPackage? Python(MergedDirectory directory, string path, string file)
    {
        if (TreeText.Read(directory, file, Largest) is not { } text || PackageFields.Blocks(text).FirstOrDefault() is not { } fields || fields.GetValueOrDefault("Name", "") is not { Length: > 0 } name)
        {
            return null;
        }

        string version = fields.GetValueOrDefault("Version", "");

        // Python holds names for the same that differ in capitals, dots and underscores alone.
        string plain = name.ToLowerInvariant().Replace('_', '-').Replace('.', '-');
        return new FoundPackage(name, version, PackageUrls.Write("pypi", "", plain, version, []), $"{path}/{file}")
        {
            License = fields.GetValueOrDefault("License-Expression", "") is { Length: > 0 } expression ? expression : fields.GetValueOrDefault("License", ""),
            Maintainer = fields.GetValueOrDefault("Author-email", "") is { Length: > 0 } mail ? mail : fields.GetValueOrDefault("Author", ""),
            HomePage = fields.GetValueOrDefault("Home-page", ""),
            Summary = fields.GetValueOrDefault("Summary", ""),
        };
    }

    private static FoundPackage? Node(MergedDirectory directory, string path)
    {
        if (TreeText.Read(directory, "package.json", Largest) is not { } text)
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement module = document.RootElement;
            string name = Text(module, "name"), version = Text(module, "version");
            if (name.Length == 0)
            {
                return null;
            }

            int slash = name.StartsWith('@') ? name.IndexOf('/') : -1;
            return new FoundPackage(name, version, PackageUrls.Write("npm", slash < 0 ? "" : name[..slash], name[(slash + 1)..], version, []), path + "/package.json")
            {
                License = Text(module, "license"),
                HomePage = Text(module, "homepage"),
                Summary = Text(module, "description"),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What is no JSON is no package.
            return null;
        }
    }

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
