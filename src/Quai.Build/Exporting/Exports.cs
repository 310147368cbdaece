using System.Buffers.Text;
using System.Text.Json;
using Quai.Build.Jobs;
using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Content.Blobs;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Build.Exporting;

/// <summary>All that can come of a build.</summary>
internal sealed class Exports(IReadOnlyList<IExporter> exporters, BlobStore blobs)
{
    private const string ConfigKey = "containerimage.config", BaseConfigKey = "containerimage.base.config", PlatformsKey = "refs.platforms", EpochKey = "source.date.epoch";
    private const int LargestConfig = 8 << 20;

    /// <summary>The configuration of an image, as it is stored.</summary>
    public byte[] ConfigOf(Image image) => blobs.Read(Digest.Parse(image.Id), LargestConfig);

    /// <summary>Checks what is asked for, before anything is built.</summary>
    /// <exception cref="QuaiException">An exporter is unknown.</exception>
    public void Check(IReadOnlyList<ExportRequest> requests)
    {
        foreach (ExportRequest request in requests)
        {
            Find(request);
        }
    }

    /// <summary>The trees of a result; they are made if they are not here.</summary>
    public static async Task<IReadOnlyList<ExportedTree>> TreesAsync(SolveResult result, CancellationToken cancellation)
    {
        if (result.Refs is not { } refs)
        {
            result.Metadata.TryGetValue(ConfigKey, out byte[]? config);
            return [new ExportedTree("", PlatformOf(config) ?? Platform.Host, await StackAsync(result.Ref, cancellation).ConfigureAwait(false), config) { Epoch = EpochOf(result, ""), BaseLayers = BaseLayersOf(result, BaseConfigKey) }];
        }

        Dictionary<string, Platform> platforms = ReadPlatforms(result);
        // In the order that the frontend says: what is made of several platforms must not depend on which was ready first.
        List<string> order = [.. platforms.Keys];
        return await Task.WhenAll(refs.OrderBy(r => order.IndexOf(r.Key) is >= 0 and var at ? at : order.Count).ThenBy(r => r.Key, StringComparer.Ordinal).Select(async pair =>
        {
            result.Metadata.TryGetValue($"{ConfigKey}/{pair.Key}", out byte[]? config);
            Platform platform = platforms.GetValueOrDefault(pair.Key) ?? PlatformOf(config) ?? Platform.Host;
            return new ExportedTree(pair.Key, platform, await StackAsync(pair.Value, cancellation).ConfigureAwait(false), config)
            {
                Epoch = EpochOf(result, pair.Key),
                BaseLayers = BaseLayersOf(result, $"{BaseConfigKey}/{pair.Key}"),
            };
        })).ConfigureAwait(false);
    }

    /// <summary>Makes what is asked for. With nothing asked for, the result is made all the same.</summary>
    /// <param name="trees">The result.</param>
    /// <param name="requests">What is asked for.</param>
    /// <param name="session">The client's session; null for none.</param>
    /// <param name="begin">Begins the progress of something with a title.</param>
    /// <param name="cancellation">Nothing half made is visible.</param>
    /// <exception cref="QuaiException">An exporter is unknown, or failed.</exception>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(
        IReadOnlyList<ExportedTree> trees, IReadOnlyList<ExportRequest> requests, IBuildSession? session, Func<string, QuestionProgress> begin, CancellationToken cancellation)
    {
        Dictionary<string, string> answer = [];
        foreach (ExportRequest request in requests)
        {
            IExporter exporter = Find(request);
            QuestionProgress progress = begin(exporter.Title);
            try
            {
                foreach ((string key, string value) in await exporter.RunAsync([.. trees.Select(t => t with { Epoch = t.EpochFor(request) })], request, session, progress, cancellation).ConfigureAwait(false))
                {
                    answer[key] = value;
                }

                progress.End("");
            }
            catch (Exception e)
            {
                progress.End(e.Message);
                throw;
            }
        }

        return answer;
    }

    private IExporter Find(ExportRequest request) =>
        exporters.FirstOrDefault(e => e.Types.Contains(request.Type)) ?? throw QuaiException.Invalid($"exporter \"{request.Type}\" could not be found");

    private static async Task<LayerStack> StackAsync(IBuildRef? built, CancellationToken cancellation) => built switch
    {
        null => LayerStack.Empty,
        BuildRef own => await own.SolveAsync(cancellation).ConfigureAwait(false),
        _ => throw QuaiException.Invalid("a result of another builder cannot be exported"),
    };

    private static DateTimeOffset? EpochOf(SolveResult result, string key) =>
        (result.Metadata.TryGetValue($"{EpochKey}/{key}", out byte[]? text) || result.Metadata.TryGetValue(EpochKey, out text))
        && Utf8Parser.TryParse(text, out long seconds, out int used) && used == text.Length ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static int BaseLayersOf(SolveResult result, string key) => result.Metadata.TryGetValue(key, out byte[]? config) ? ImageJson.ReadConfig(config).RootFs.DiffIds.Count : 0;

    private static Platform? PlatformOf(byte[]? config)
    {
        if (config is null)
        {
            return null;
        }

        ImageConfig read = ImageJson.ReadConfig(config);
        return Platform.Normalize(read.Os, read.Architecture, read.Variant);
    }

    private static Dictionary<string, Platform> ReadPlatforms(SolveResult result)
    {
        Dictionary<string, Platform> platforms = [];
        if (!result.Metadata.TryGetValue(PlatformsKey, out byte[]? json))
        {
            return platforms;
        }

        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonElement entry in document.RootElement.GetProperty("Platforms").EnumerateArray())
        {
            JsonElement platform = entry.GetProperty("Platform");
            platforms[entry.GetProperty("ID").GetString()!] = Platform.Normalize(Text(platform, "os"), Text(platform, "architecture"), Text(platform, "variant"));
        }

        return platforms;

        static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
    }
}
