using Quai.Api;
using Quai.Api.Containers;
using Quai.Client.Transport;

namespace Quai.Client.Containers;

/// <summary>Files of containers. If the daemon refuses, a <see cref="DaemonException"/> is thrown.</summary>
public sealed class FileClient
{
    private const string StatHeader = "x-docker-container-path-stat";

    private readonly HttpTransport _transport;

    internal FileClient(HttpTransport transport) => _transport = transport;

    /// <summary>Describes a path in a container; null if it, or the container, does not exist.</summary>
    public async Task<ContainerPathStat?> StatAsync(string container, string path, CancellationToken cancellation = default)
    {
        await using ResponseStream response = await _transport.SendAnyAsync("HEAD", ArchiveOf(container).With("path", path), cancellation: cancellation);
        return StatOf(response);
    }

    /// <summary>Reads a part of a container's file system.</summary>
    public async Task<ContainerArchive> ReadAsync(string container, string path, CancellationToken cancellation = default)
    {
        ResponseStream response = await _transport.SendAsync("GET", ArchiveOf(container).With("path", path), cancellation: cancellation);
        return new ContainerArchive(StatOf(response), response);
    }

    /// <summary>Unpacks an archive in a folder of a container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="archive">The archive.</param>
    /// <param name="keepOwners">Whether to keep the owners in the archive.</param>
    /// <param name="replaces">Whether a folder may replace what is no folder, and the other way round.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task WriteAsync(string container, string folder, Stream archive, bool keepOwners = false, bool replaces = false, CancellationToken cancellation = default)
    {
        Query query = ArchiveOf(container).With("noOverwriteDirNonDir", replaces ? "false" : "true").With("path", folder);
        await using ResponseStream response = await _transport.UploadAsync("PUT", keepOwners ? query.With("copyUIDGID", "true") : query, archive, MediaTypes.Tar, cancellation);
    }

    /// <summary>A container's whole file system as an archive.</summary>
    public Task<ResponseStream> ExportAsync(string container, CancellationToken cancellation = default) =>
        _transport.SendAsync("GET", new Query($"/containers/{Query.Segment(container)}/export"), cancellation: cancellation);

    /// <summary>What changed in a container's file system.</summary>
    public Task<List<FilesystemChange>> ChangesAsync(string container, CancellationToken cancellation = default) =>
        _transport.ReadAsync("GET", new Query($"/containers/{Query.Segment(container)}/changes"), ApiJson.Default.ListFilesystemChange, cancellation: cancellation);

    private static Query ArchiveOf(string container) => new($"/containers/{Query.Segment(container)}/archive");

    private static ContainerPathStat? StatOf(ResponseStream response) =>
        response.Head.Header(StatHeader) is { } header ? ApiAnswer.Read(Convert.FromBase64String(header), ApiJson.Default.ContainerPathStat) : null;
}
