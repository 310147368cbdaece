using System.Runtime.CompilerServices;
using System.Text.Json;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Api.Images;
using Quai.Client.Transport;

namespace Quai.Client.Images;

/// <summary>Images on the daemon's disk. If it refuses, a <see cref="DaemonException"/> is thrown.</summary>
public sealed class ImageClient
{
    private readonly HttpTransport _transport;

    internal ImageClient(HttpTransport transport) => _transport = transport;

    /// <summary>The images.</summary>
    /// <param name="all">Include intermediate ones.</param>
    /// <param name="filters">Names and values of filters.</param>
    /// <param name="manifests">Include each one's manifests by platform.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<List<ImageSummary>> ListAsync(bool all = false, IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, bool manifests = false, CancellationToken cancellation = default) =>
        _transport.ReadAsync(
            "GET", new Query("/images/json").WithSwitch("all", all).WithSwitch("manifests", manifests).WithFilters(filters), ApiJson.Default.ListImageSummary, cancellation: cancellation);

    /// <summary>One image.</summary>
    public Task<ImageInspect> InspectAsync(string name, DistributionPlatform? platform = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", PathOf(name, "json").WithPlatform(platform), ApiJson.Default.ImageInspect, cancellation: cancellation);

    /// <summary>One image, as the daemon's JSON.</summary>
    public Task<JsonElement> InspectDocumentAsync(string name, DistributionPlatform? platform = null, CancellationToken cancellation = default) =>
        _transport.ReadDocumentAsync(PathOf(name, "json").WithPlatform(platform), cancellation);

    /// <summary>The steps by which an image was made, last first.</summary>
    public Task<List<ImageHistoryItem>> HistoryAsync(string name, DistributionPlatform? platform = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", PathOf(name, "history").WithPlatform(platform), ApiJson.Default.ListImageHistoryItem, cancellation: cancellation);

    /// <summary>Gives an image an additional name.</summary>
    public Task TagAsync(string name, string repository, string tag, CancellationToken cancellation = default) =>
        _transport.DoAsync("POST", PathOf(name, "tag").With("repo", repository).With("tag", tag), cancellation: cancellation);

    /// <summary>Removes a name of an image, and the image with its last one.</summary>
    /// <param name="name">The name, or the image's id.</param>
    /// <param name="force">Even if it is in use.</param>
    /// <param name="noPrune">Keep parents that have no name.</param>
    /// <param name="platforms">Only the images of these platforms; none for all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<List<ImageDeleteItem>> RemoveAsync(
        string name, bool force = false, bool noPrune = false, IReadOnlyCollection<DistributionPlatform>? platforms = null, CancellationToken cancellation = default)
    {
        Query query = new Query($"/images/{Query.Segment(name)}").WithSwitch("force", force).WithSwitch("noprune", noPrune)
            .WithEach("platforms", (platforms ?? []).Select(p => JsonSerializer.Serialize(p, ApiJson.Default.DistributionPlatform)));
        return _transport.ReadAsync("DELETE", query, ApiJson.Default.ListImageDeleteItem, cancellation: cancellation);
    }

    /// <summary>Removes images that nobody uses.</summary>
    public Task<ImagesPruneResponse> PruneAsync(IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync("POST", new Query("/images/prune").WithFilters(filters), ApiJson.Default.ImagesPruneResponse, cancellation: cancellation);

    /// <summary>Makes an image from a container's changes.</summary>
    public Task<IdResponse> CommitAsync(CommitOptions options, CancellationToken cancellation = default)
    {
        Query query = new Query("/commit").With("container", options.Container).WithText("repo", options.Repository).WithText("tag", options.Tag)
            .WithText("author", options.Author).WithText("comment", options.Message).WithEach("changes", options.Changes);
        return _transport.ReadAsync("POST", options.Pause ? query : query.With("pause", "0"), ApiJson.Default.IdResponse, cancellation: cancellation);
    }

    /// <summary>Makes an image from a file system archive; reports progress.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="archive">The archive; empty if the source is an address.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async IAsyncEnumerable<JsonMessage> ImportAsync(ImportOptions options, Stream archive, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Query query = new Query("/images/create").With("fromSrc", options.Source).WithText("repo", options.Repository).WithText("tag", options.Tag)
            .WithText("message", options.Message).WithText("platform", options.Platform).WithEach("changes", options.Changes);
        await using ResponseStream response = await _transport.UploadAsync("POST", query, archive, MediaTypes.Tar, cancellation);
        await foreach (JsonMessage message in response.ReadMessagesAsync(cancellation))
        {
            yield return message;
        }
    }

    /// <summary>Loads images from an archive.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="quiet">Whether to omit progress.</param>
    /// <param name="platform">Only this platform's variant.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Messages, or plain text if the answer is not JSON.</returns>
    public Task<ResponseStream> LoadAsync(Stream archive, bool quiet = true, DistributionPlatform? platform = null, CancellationToken cancellation = default) =>
        _transport.UploadAsync("POST", new Query("/images/load").With("quiet", quiet ? "1" : "0").WithPlatform(platform), archive, MediaTypes.Tar, cancellation);

    /// <summary>Writes images as an archive.</summary>
    public Task<ResponseStream> SaveAsync(IEnumerable<string> names, DistributionPlatform? platform = null, CancellationToken cancellation = default) =>
        _transport.SendAsync("GET", new Query("/images/get").WithEach("names", names).WithPlatform(platform), cancellation: cancellation);

    /// <summary>Rechecks every digest on disk, an operation of Quai's own; reports problems, and a summary at the end.</summary>
    /// <param name="names">The images; none for everything.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async IAsyncEnumerable<VerificationLine> VerifyAsync(IEnumerable<string> names, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using ResponseStream response = await _transport.SendAsync("POST", new Query("/quai/images/verify").WithEach("name", names), cancellation: cancellation);
        await foreach (VerificationLine line in response.ReadManyAsync(ApiJson.Default.VerificationLine, cancellation))
        {
            yield return line;
        }
    }

    private static Query PathOf(string name, string what) => new($"/images/{Query.Segment(name)}/{what}");
}
