using Quai.Build.Sessions;
using Quai.Errors;

namespace Quai.Build.Exporting;

/// <summary>Sends a file to a client.</summary>
internal static class ClientFile
{
    /// <summary>Sends it; returns when the client has it. Where writing fails, the client learns that the file is not complete.</summary>
    /// <param name="session">The client's session; null for none.</param>
    /// <param name="exporter">The index of the exporter that it asked for.</param>
    /// <param name="attributes">What it is told of the file.</param>
    /// <param name="write">Writes the file.</param>
    /// <param name="cancellation">Stops the transfer.</param>
    /// <exception cref="QuaiException">There is no client, or it takes no files.</exception>
    public static async Task SendAsync(
        IBuildSession? session, int exporter, IReadOnlyDictionary<string, string> attributes, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation)
    {
        if (session is null)
        {
            throw QuaiException.Invalid("no session of a client takes the archive");
        }

        using var transfer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Stream target = await session.SendFileAsync(exporter, attributes, transfer.Token).ConfigureAwait(false);
        try
        {
            await write(target, transfer.Token).ConfigureAwait(false);
            await target.FlushAsync(transfer.Token).ConfigureAwait(false);
        }
        catch
        {
            // A stream that is disposed as usual is taken for a whole file.
            await transfer.CancelAsync().ConfigureAwait(false);
            await target.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        await target.DisposeAsync().ConfigureAwait(false);
    }
}
