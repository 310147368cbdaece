namespace Quai.Build.RemoteCaches.Transfers;

/// <summary>A blob that is being sent.</summary>
/// <param name="Content">The bytes.</param>
/// <param name="Offset">Where in the blob they begin.</param>
/// <param name="Owner">What is closed with them; null for nothing.</param>
internal sealed record OpenedBlob(Stream Content, long Offset, IDisposable? Owner) : IAsyncDisposable
{
    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync().ConfigureAwait(false);
        Owner?.Dispose();
    }
}
