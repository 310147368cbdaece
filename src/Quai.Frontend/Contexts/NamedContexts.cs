using System.Text.Json;
using Quai.Build.Frontends;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using Quai.Frontend.Graphs;
using Quai.Frontend.Requests;
using Quai.Oci.Images;
using Platform = Quai.Oci.Images.Platform;

namespace Quai.Frontend.Contexts;

/// <summary>Contexts that a client names.</summary>
/// <param name="request">The build.</param>
/// <param name="host">Reads files.</param>
/// <param name="images">Finds images.</param>
internal sealed class NamedContexts(BuildRequest request, IFrontendHost host, ImageFinder images)
{
    private const string ImageScheme = "docker-image://";

    /// <summary>Finds what stands for a name; null where nothing does.</summary>
    public async Task<NamedContext?> FindAsync(string name, Platform platform, CancellationToken cancellation)
    {
        if (request.Contexts.Count == 0)
        {
            return null;
        }

        string usual = ImageReference.TryParse(name, out ImageReference? reference) ? reference.WithDefaultTag().Familiar : name;
        usual = usual.EndsWith(":latest", StringComparison.Ordinal) ? usual[..^":latest".Length] : usual;
        string? key = ((string[])[$"{usual}::{platform}", $"{name}::{platform}", usual, name]).FirstOrDefault(request.Contexts.ContainsKey);
        return key is null ? null : await LoadAsync(key, request.Contexts[key], platform, cancellation);
    }

    private async Task<NamedContext> LoadAsync(string name, string value, Platform platform, CancellationToken cancellation)
    {
        if (value.StartsWith(ImageScheme, StringComparison.Ordinal))
        {
            ImageReference reference = ImageReference.Parse(value[ImageScheme.Length..]).WithDefaultTag();
            (string pinned, byte[] config) = await images.FindAsync(reference, platform, $"[context {name}] load metadata for {reference.Canonical}", cancellation);
            SourceStep step = Sources.Image(pinned, platform, images.Mode, $"[context {name}] {reference.Canonical}");
            return new NamedContext(new Files(step), ImageJson.ReadConfig(config), null);
        }

        if (GitAddress.Parse(value) is { } git)
        {
            return new NamedContext(new Files(Sources.Git(git, false, $"[context {name}] load git source {git.Remote}")), null, null);
        }

        if (Sources.IsWeb(value))
        {
            return new NamedContext(new Files(Sources.Web(value, "context", "", $"[context {name}] load from {value}")), null, null);
        }

        int colon = value.IndexOf(':');
        string rest = value[(colon + 1)..];
        return (colon < 0 ? "" : value[..colon]) switch
        {
            "local" => await LocalAsync(name, rest, cancellation),
            "input" => Input(name, rest),
            var scheme => throw QuaiException.Invalid($"unsupported context source {scheme} for {name}"),
        };
    }

    private async Task<NamedContext> LocalAsync(string name, string directory, CancellationToken cancellation)
    {
        IReadOnlyList<string> ignored = await new ContextLoader(request, host).IgnoredAsync(directory, $"[context {name}] load .dockerignore", cancellation);
        SourceStep step = Sources.Local(directory, host.SessionId, $"[context {name}] load from client", "context:" + name);
        Sources.Exclude(step, ignored);
        return new NamedContext(new Files(step), null, step);
    }

    private NamedContext Input(string name, string input)
    {
        if (!request.Inputs.TryGetValue(input, out Definition? definition))
        {
            throw QuaiException.Invalid($"invalid input {input} for {name}");
        }

        return new NamedContext(GraphReader.Read(definition), Config(input), null);
    }

    /// <summary>An input's metadata: an object whose values are in Base64, as Go writes bytes.</summary>
    private ImageConfig? Config(string input)
    {
        if (!request.InputMetadata.TryGetValue(input, out string? text))
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.TryGetProperty("containerimage.config", out JsonElement config) && config.TryGetBytesFromBase64(out byte[]? bytes)
                ? ImageJson.ReadConfig(bytes) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw QuaiException.Invalid($"failed to unmarshal input metadata of {input}", e);
        }
    }
}
