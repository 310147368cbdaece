using Quai.Daemon.Execs;
using Quai.Daemon.Hosting;

namespace Quai.Daemon.Http;

/// <summary>
/// What a client is sent after the header of a hijacked connection, none of it before the client has taken the header. There are clients that read the header
/// into a buffer, with what came right behind it, and then go on reading from the socket: to them the first output would be lost.
/// </summary>
internal sealed class AfterHeaderStream(ClientLink link) : OutputStream(link.Output)
{
    /// <summary>
    /// How long the first output waits at the most. Only for clients that do not read meanwhile, and so lose nothing by it: on a busy machine one
    /// that wants to read may not get to it for a tenth of a second and more.
    /// </summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private bool _begun;

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_begun)
        {
            _begun = true;
            await link.TakenAsync(LongestWait, cancellationToken);
        }

        await Below.WriteAsync(buffer, cancellationToken);
    }
}
