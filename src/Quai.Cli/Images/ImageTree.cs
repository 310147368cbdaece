using System.Text;
using System.Text.Json;
using Quai.Api;
using Quai.Api.Images;
using Quai.Cli.Formatting;

namespace Quai.Cli.Images;

/// <summary><c>quai images --tree</c>: each image, and beneath it the platforms that it is for.</summary>
internal static class ImageTree
{
    private static readonly string[] Titles = ["IMAGE", "ID", "DISK USAGE", "CONTENT SIZE", "USED"];

    /// <summary>Prints images that were listed with their manifests.</summary>
    public static void Print(Session session, List<ImageSummary> images)
    {
        var blocks = new List<List<string[]>>();
        var shown = new HashSet<(string Names, string Manifest)>();
        foreach (ImageSummary image in images)
        {
            ImageManifestSummary[] platforms = [.. (image.Manifests ?? []).Select(m => m.Deserialize(ApiJson.Default.ImageManifestSummary)!).Where(m => m.Kind == "image")];
            string names = string.Join('\n', image.RepoTags);

            // Images of several platforms with the same names are one entry here.
            if (platforms.Any(m => m.Available && !shown.Add((names, m.ID))) && names.Length > 0)
            {
                continue;
            }

            blocks.Add(Block(image, platforms));
        }

        session.Out.Write(Render(blocks));
    }

    private static List<string[]> Block(ImageSummary image, ImageManifestSummary[] platforms)
    {
        long total = platforms.Sum(p => p.Size.Total), content = platforms.Sum(p => p.Size.Content);
        bool used = image.Containers > 0 || platforms.Any(IsUsed);
        string[] names = [.. image.RepoTags.DefaultIfEmpty("<untagged>")];
        List<string[]> rows = [.. names.SkipLast(1).Select(n => (string[])[n, "", "", "", ""])];
        rows.Add([names[^1], Units.ShortId(image.Id), Size(platforms.Length == 0 ? image.Size : total), Size(content), Mark(used)]);
        for (int i = 0; i < platforms.Length; i++)
        {
            ImageManifestSummary platform = platforms[i];
            bool here = platform.Available;
            rows.Add(
            [
                $"{(i == platforms.Length - 1 ? "└─" : "├─")} {Name(platform.ImageData?.Platform)}",
                Units.ShortId(platform.ID),
                here ? Size(platform.Size.Total) : "-",
                here ? Size(platform.Size.Content) : "-",
                Mark(IsUsed(platform)),
            ]);
        }

        return rows;
    }

    private static string Render(List<List<string[]>> blocks)
    {
        int[] widths = [.. Titles.Select((t, i) => blocks.SelectMany(b => b).Select(r => r[i].Length).Append(t.Length).Max())];
        var text = new StringBuilder();
        Line(text, Titles, widths);
        foreach (List<string[]> block in blocks)
        {
            text.Append(text.Length > 0 && block != blocks[0] ? "\n" : "");
            block.ForEach(row => Line(text, row, widths));
        }

        return text.ToString();
    }

    // Names to the left, sizes to the right.
    private static void Line(StringBuilder text, string[] cells, int[] widths) =>
        text.Append(string.Join("   ", cells.Select((c, i) => i is 2 or 3 ? c.PadLeft(widths[i]) : c.PadRight(widths[i]))).TrimEnd()).Append('\n');

    private static bool IsUsed(ImageManifestSummary manifest) => manifest.ImageData is { Containers.Count: > 0 };

    private static string Mark(bool used) => used ? "✔" : "";

    private static string Size(long bytes) => Units.Size(bytes);

    private static string Name(DistributionPlatform? platform) =>
        string.Join('/', ((string?[])[platform?.Os, platform?.Architecture, platform?.Variant]).Where(p => !string.IsNullOrEmpty(p)));
}
