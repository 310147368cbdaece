using System.Text.Json;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Addresses;
using Quai.Dockerfiles.Ignoring;
using Quai.Errors;
using Quai.Frontend.Graph;
using Quai.Oci.Images;
using OciPlatform = Quai.Oci.Images.Platform;

namespace Quai.Frontend.Contexts;

/// <summary>Finds what a request gives in the place of stages and images: attributes such as <c>context:base=docker-image://alpine</c>.</summary>
/// <param name="host">Answers what must be known.</param>
/// <param name="request">The request.</param>
/// <param name="mode">Where to look for images.</param>
internal sealed class NamedContexts(IFrontendHost host, FrontendRequest request, string mode)
{
    private const string Prefix = "context:", Ignore = ".dockerignore", ConfigKey = "containerimage.config";

    /// <summary>The text that stands for a name, with the name it was found under; null for none.</summary>
    public (string Name, string Text)? Find(string name, OciPlatform platform)
    {
        if (name.Equals("scratch", StringComparison.OrdinalIgnoreCase) || name.Equals("context", StringComparison.OrdinalIgnoreCase) || !ImageReference.TryParse(name, out ImageReference? reference))
        {
            return null;
        }

        string familiar = reference.Familiar;
        familiar = familiar.EndsWith(":latest", StringComparison.Ordinal) ? familiar[..^":latest".Length] : familiar;
        foreach (string key in (string[])[$"{familiar}::{platform}", familiar])
        {
            if (request.Attributes.TryGetValue(Prefix + key, out string? text))
            {
                return (key, text);
            }
        }

        return null;
    }

    /// <summary>Loads what stands for a name; null where nothing does.</summary>
    /// <exception cref="QuaiException">It is malformed, or there is no such thing.</exception>
    public async Task<NamedContext?> LoadAsync(string name, OciPlatform platform, CancellationToken cancellation)
    {
        if (Find(name, platform) is not var (key, text))
        {
            return null;
        }

        int colon = text.IndexOf(':');
        if (colon < 0)
        {
            throw QuaiException.Invalid($"invalid context specifier {text} for {key}");
        }

        string kind = text[..colon], rest = text[(colon + 1)..];
        if (kind is not ("docker-image" or "local" or "input" or "oci-layout") && GitAddress.Find(text) is { } git)
        {
            return new NamedContext(Sources.Git(git, keepsGitDirectory: false, "", "[internal] load git source " + text).First, null);
        }

        return kind switch
        {
            "docker-image" => await ImageAsync(key, rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : rest, platform, cancellation).ConfigureAwait(false),
            "http" or "https" => new NamedContext(Sources.Http(text, "context", "", $"[context {key}] {text}").First, null),
            "local" => await LocalAsync(key, rest, cancellation).ConfigureAwait(false),
            "input" => Input(key, rest),
            "git" => throw QuaiException.Invalid($"invalid git context {text}"),
            "oci-layout" => await LayoutAsync(key, rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : rest, platform, cancellation).ConfigureAwait(false),
            _ => throw QuaiException.Invalid($"unsupported context source {kind} for {key}"),
        };
    }

    private async Task<NamedContext> ImageAsync(string key, string name, OciPlatform platform, CancellationToken cancellation)
    {
        if (name == "scratch")
        {
            return new NamedContext(null, null);
        }

        ImageReference reference = ImageReference.Parse(name).WithDefaultTag();
        ResolvedImage image = await host.ResolveImageAsync(new ImageQuestion(reference.Canonical, platform, mode) { LogName = $"[context {key}] load metadata for {reference.Canonical}" }, cancellation)
            .ConfigureAwait(false);
        string pinned = (image.Digest is { } digest ? ImageReference.Parse(image.Reference) with { Digest = digest } : ImageReference.Parse(image.Reference)).Canonical;
        return new NamedContext(Sources.Image(pinned, platform, mode, $"[context {key}] {pinned}", default).First, ImageJson.ReadConfig(image.Config));
    }

    // FOLDER:TAG@DIGEST, as the client knows its folder; the tag says nothing beside the digest.
    private async Task<NamedContext> LayoutAsync(string key, string text, OciPlatform platform, CancellationToken cancellation)
    {
        int at = text.IndexOf('@');
        if (at < 0 || !Digest.TryParse(text[(at + 1)..], out Digest digest))
        {
            throw QuaiException.Invalid($"could not parse oci-layout reference \"{text}\": it has no digest");
        }

        string store = text[..at].Split(':')[0], name = (ImageReference.Parse(key.Split("::")[0]).WithDefaultTag() with { Digest = digest }).Canonical;
        ResolvedImage image = await host.ResolveImageAsync(new ImageQuestion(name, platform, mode) { LogName = $"[context {key}] load metadata for {name}", Store = store }, cancellation).ConfigureAwait(false);
        return new NamedContext(Sources.Layout(name, store, host.SessionId, platform, $"[context {key}] OCI load from client").First, ImageJson.ReadConfig(image.Config));
    }

    private async Task<NamedContext> LocalAsync(string key, string local, CancellationToken cancellation)
    {
        Vertex ignore = Sources.Local(local, host.SessionId, $"context:{key}-{Ignore}", $"[context {key}] load {Ignore}", [Ignore]);
        IBuildRef? files = await host.SolveAsync(GraphWriter.Write(ignore.First), cancellation).ConfigureAwait(false);
        IReadOnlyList<string> ignored = [];
        try
        {
            ignored = files is null ? [] : IgnoreFile.Read(await files.ReadFileAsync(Ignore, 0, null, cancellation).ConfigureAwait(false));
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound)
        {
            // Most have none.
        }

        string shared = request.Attributes.GetValueOrDefault("sharedkey:localdir:" + key, "");
        return new NamedContext(Sources.Local(local, host.SessionId, $"context:{key}-{shared}", $"[context {key}] load from client", null, ignored).First, null);
    }

    private NamedContext Input(string key, string name)
    {
        if (!request.Inputs.TryGetValue(name, out Definition? definition))
        {
            throw QuaiException.Invalid($"invalid input {name} for {key}");
        }

        ImageConfig? image = null;
        if (request.Attributes.TryGetValue("input-metadata:" + name, out string? metadata))
        {
            try
            {
                Dictionary<string, byte[]>? values = JsonSerializer.Deserialize(metadata, FrontendJson.Default.DictionaryStringByteArray);
                image = values is not null && values.TryGetValue(ConfigKey, out byte[]? config) ? ImageJson.ReadConfig(config) : null;
            }
            catch (JsonException e)
            {
                throw QuaiException.Invalid($"failed to parse input metadata {metadata}: {e.Message}", e);
            }
        }

        return new NamedContext(GraphWriter.Read(definition), image);
    }
}
