using System.Net;

namespace Quai.Build.RemoteCaches.Transfers;

/// <summary>A blob that is being sent.</summary>
/// <param name="Content">The bytes.</param>
/// <param name="Offset">Where in the blob they begin.</param>
/// <param name="Owner">What is closed with them; null for nothing.</param>
internal sealed record OpenedBlob(Stream Content, long Offset, IDisposable? Owner) : IAsyncDisposable
{
    /// <summary>What a server sends that was asked for the bytes from an offset on: it may begin before that.</summary>
    /// <param name="response">The answer, from now on this object's.</param>
    /// <param name="offset">The offset.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<OpenedBlob> OfAsync(HttpResponseMessage response, long offset, CancellationToken cancellation) => new(
        await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), response.StatusCode == HttpStatusCode.PartialContent ? offset : 0, response);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync().ConfigureAwait(false);
        Owner?.Dispose();
    }
}
