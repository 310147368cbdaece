using Quai.Oci.Images;

namespace Quai.Build.Sessions;

/// <summary>Blobs that a client keeps, such as those of an OCI layout. Their content is not verified here.</summary>
public interface IClientContent
{
    /// <summary>Opens a blob.</summary>
    /// <exception cref="Errors.QuaiException">Kind NotFound: the client has none.</exception>
    Task<Stream> OpenAsync(Digest digest, CancellationToken cancellation);

    /// <summary>Has the client keep a blob; one that it has stays as it is.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="content">Its bytes, from where the stream stands.</param>
    /// <param name="cancellation">Stops the transfer; nothing half written is kept.</param>
    Task WriteAsync(Digest digest, Stream content, CancellationToken cancellation);
}
