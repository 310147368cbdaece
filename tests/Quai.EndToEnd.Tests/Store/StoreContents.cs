using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Store;

/// <summary>Compares the files of a daemon's image store with what its images and containers need: nothing may be missing, nothing be left over.</summary>
public static class StoreContents
{
    /// <summary>Waits until the background has deleted what was thrown away, and fails when files and images do not agree then.</summary>
    public static Task AssertOwnedAsync(QuaidInstance engine, StoreClient client) => Eventually.HoldsAsync(() => ComplaintAsync(engine, client));

    /// <summary>Bytes on the disk of the images' part of the data root, as <c>du</c> counts them.</summary>
    public static async Task<long> DiskAsync(QuaidInstance engine, params string[] folders) =>
        (await RunningCommand.RunAsync("du", ["-s", "-B1", .. folders.Select(f => $"{engine.Root}/data/{f}")])).Succeeded().Split('\n').Sum(l => long.Parse(l.Split('\t')[0]));

    private static async Task<string?> ComplaintAsync(QuaidInstance engine, StoreClient client)
    {
        string root = $"{engine.Root}/data/images";
        HashSet<string> blobs = [], folders = [];
        foreach (JsonNode? row in (await client.GetAsync("/images/json?all=1")).AsArray())
        {
            JsonNode image = await client.GetAsync($"/images/{row!["Id"]}/json?manifests=1");
            JsonNode? layers = image["GraphDriver"]!["Data"];
            foreach (string folder in $"{layers?["UpperDir"]}:{layers?["LowerDir"]}".Split(':', StringSplitOptions.RemoveEmptyEntries))
            {
                folders.Add(Path.GetFileName(Path.GetDirectoryName(folder))!);
            }

            blobs.UnionWith(image["RepoDigests"]!.AsArray().Select(d => d!.GetValue<string>().Split('@')[1]));
            foreach (JsonNode? manifest in image["Manifests"]!.AsArray().Where(m => m!["Available"]!.GetValue<bool>()))
            {
                string digest = manifest!["ID"]!.GetValue<string>();
                string file = $"{root}/content/blobs/{digest.Replace(':', '/')}";
                if (!File.Exists(file))
                {
                    return $"manifest {digest} of image {row["RepoTags"]} is missing";
                }

                JsonNode parsed = JsonNode.Parse(await File.ReadAllBytesAsync(file))!;
                blobs.UnionWith([digest, parsed["config"]!["digest"]!.GetValue<string>(), .. parsed["layers"]!.AsArray().Select(l => l!["digest"]!.GetValue<string>())]);
            }
        }

        int containers = (await client.GetAsync("/containers/json?all=1")).AsArray().Count;
        HashSet<string> files = [.. Directory.GetFiles($"{root}/content/blobs", "*", SearchOption.AllDirectories).Select(f => $"{Path.GetFileName(Path.GetDirectoryName(f))}:{Path.GetFileName(f)}")];
        string[] present = [.. Directory.GetFileSystemEntries($"{root}/snapshots").Select(f => Path.GetFileName(f))];
        return blobs.Except(files).FirstOrDefault() is { } lost ? $"blob {lost} is needed and missing"
            : files.Except(blobs).FirstOrDefault() is { } stray ? $"blob {stray} is of no image"
            : folders.Except(present).FirstOrDefault() is { } gone ? $"layer {gone} is needed and missing"
            : present.Length != folders.Count + containers ? $"{present.Length} folders of snapshots for {folders.Count} layers and {containers} containers: {string.Join(' ', present.Except(folders))}"
            : Directory.GetFiles($"{root}/content/ingest") is [var half, ..] ? $"download {half} was left"
            : Directory.GetFileSystemEntries($"{root}/trash") is [var thrown, ..] ? $"{thrown} is not deleted"
            : null;
    }
}
