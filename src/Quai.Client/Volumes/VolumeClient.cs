using System.Text.Json;
using Quai.Api;
using Quai.Api.Volumes;
using Quai.Client.Transport;

namespace Quai.Client.Volumes;

/// <summary>Volumes. If the daemon refuses, a <see cref="DaemonException"/> is thrown.</summary>
public sealed class VolumeClient
{
    private readonly HttpTransport _transport;

    internal VolumeClient(HttpTransport transport) => _transport = transport;

    /// <summary>The volumes.</summary>
    /// <param name="filters">Names and values of filters.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<VolumeListResponse> ListAsync(IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", new Query("/volumes").WithFilters(filters), ApiJson.Default.VolumeListResponse, cancellation: cancellation);

    /// <summary>Creates a volume, or finds an identical one.</summary>
    public Task<VolumeInspect> CreateAsync(VolumeCreateRequest request, CancellationToken cancellation = default) =>
        _transport.ReadAsync("POST", new Query("/volumes/create"), ApiJson.Default.VolumeInspect, JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.VolumeCreateRequest), cancellation: cancellation);

    /// <summary>One volume.</summary>
    public Task<VolumeInspect> InspectAsync(string name, CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", PathOf(name), ApiJson.Default.VolumeInspect, cancellation: cancellation);

    /// <summary>One volume, as the daemon's JSON.</summary>
    public Task<JsonElement> InspectDocumentAsync(string name, CancellationToken cancellation = default) => _transport.ReadDocumentAsync(PathOf(name), cancellation);

    /// <summary>Removes a volume.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="force">Whether a missing one counts as removed.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task RemoveAsync(string name, bool force = false, CancellationToken cancellation = default) =>
        _transport.DoAsync("DELETE", PathOf(name).WithSwitch("force", force), cancellation: cancellation);

    /// <summary>Removes volumes that nobody uses.</summary>
    public Task<VolumesPruneResponse> PruneAsync(IReadOnlyCollection<KeyValuePair<string, string>>? filters = null, CancellationToken cancellation = default) =>
        _transport.ReadAsync("POST", new Query("/volumes/prune").WithFilters(filters), ApiJson.Default.VolumesPruneResponse, cancellation: cancellation);

    /// <summary>A volume's files as a tar archive. Only Quai's daemon has this.</summary>
    public Task<ResponseStream> ExportAsync(string name, CancellationToken cancellation = default) =>
        _transport.SendAsync("GET", new Query("/quai/volumes/archive").With("name", name), cancellation: cancellation);

    /// <summary>Unpacks a tar archive in a volume. Only Quai's daemon has this.</summary>
    public async Task ImportAsync(string name, Stream archive, CancellationToken cancellation = default)
    {
        await using ResponseStream response = await _transport.UploadAsync("PUT", new Query("/quai/volumes/archive").With("name", name), archive, MediaTypes.Tar, cancellation);
    }

    /// <summary>Makes a volume with the content of another. Only Quai's daemon has this.</summary>
    public Task<VolumeInspect> CloneAsync(string name, string target, CancellationToken cancellation = default) =>
        _transport.ReadAsync("POST", new Query("/quai/volumes/clone").With("name", name).With("target", target), ApiJson.Default.VolumeInspect, cancellation: cancellation);

    /// <summary>Makes a snapshot of a volume. Only Quai's daemon has this.</summary>
    /// <param name="name">The volume.</param>
    /// <param name="target">The snapshot's name; empty for the volume's with the time.</param>
    /// <param name="cancellation">Ends the wait, and the copy.</param>
    public Task<VolumeInspect> SnapshotAsync(string name, string target = "", CancellationToken cancellation = default) =>
        _transport.ReadAsync("POST", new Query("/quai/volumes/snapshot").With("name", name).WithText("target", target), ApiJson.Default.VolumeInspect, cancellation: cancellation);

    private static Query PathOf(string name) => new($"/volumes/{Query.Segment(name)}");
}
