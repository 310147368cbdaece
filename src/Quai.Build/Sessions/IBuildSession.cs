using Quai.BuildTransfer;
using Quai.Registry;

namespace Quai.Build.Sessions;

/// <summary>What the client of a build offers while it runs: its files, its credentials, its secrets. Calls fail with a <see cref="Errors.QuaiException"/> once the client has gone.</summary>
public interface IBuildSession
{
    /// <summary>The session's id, as the client chose it.</summary>
    string Id { get; }

    /// <summary>Who the client is over several builds, so that files that it sent before need not be sent again; empty where it does not say.</summary>
    string SharedKey { get; }

    /// <summary>Asks whether a directory is as it was when this was asked last.</summary>
    /// <param name="request">Which directory, and what of it.</param>
    /// <param name="listing">What the client said then; empty for nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether it is, and what the client says of it now: empty where it does not know such questions.</returns>
    Task<(bool IsSame, byte[] Listing)> CompareAsync(ContextRequest request, byte[] listing, CancellationToken cancellation);

    /// <summary>Has the client send a directory: all entries in the order of their paths, then the content of those that are wanted.</summary>
    /// <param name="request">Which directory, and what of it.</param>
    /// <param name="update">Takes entries and contents.</param>
    /// <param name="cancellation">Stops the transfer.</param>
    /// <exception cref="Errors.QuaiException">Kind NotFound: the client offers no such directory.</exception>
    Task SyncAsync(ContextRequest request, IContextUpdate update, CancellationToken cancellation);

    /// <summary>Has the client take a tree of files, as the <c>local</c> exporter does.</summary>
    /// <param name="exporter">The index of the exporter that it asked for.</param>
    /// <param name="tree">What it is to take.</param>
    /// <param name="cancellation">Stops the transfer.</param>
    Task SendTreeAsync(int exporter, ISentTree tree, CancellationToken cancellation);

    /// <summary>Opens a stream of bytes to the client, as the <c>tar</c> and <c>oci</c> exporters do. It is complete when it is disposed without an error.</summary>
    /// <param name="exporter">The index of the exporter that it asked for.</param>
    /// <param name="attributes">Attributes of the export that the client is told, such as the image's name.</param>
    /// <param name="cancellation">Stops the transfer.</param>
    Task<Stream> SendFileAsync(int exporter, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellation);

    /// <summary>Pulls what the client uploads under an id: a context as a tar on its standard input.</summary>
    Task<Stream> ReceiveUploadAsync(string id, CancellationToken cancellation);

    /// <summary>The blobs that the client keeps under a name, such as those of a cache in a folder (<c>local:FOLDER</c>).</summary>
    /// <exception cref="Errors.QuaiException">Kind NotImplemented: the client offers no blobs.</exception>
    IClientContent OpenContent(string store);

    /// <summary>Credentials for a registry; null where the client has none or offers none.</summary>
    Task<RegistryAuth?> CredentialsAsync(string host, CancellationToken cancellation);

    /// <summary>A secret's value; null where the client has no such secret.</summary>
    Task<byte[]?> SecretAsync(string id, CancellationToken cancellation);

    /// <summary>Whether the client forwards an agent of ssh with this id.</summary>
    Task<bool> HasAgentAsync(string id, CancellationToken cancellation);

    /// <summary>Opens a connection to the client's agent of ssh.</summary>
    Task<Stream> ConnectAgentAsync(string id, CancellationToken cancellation);
}
