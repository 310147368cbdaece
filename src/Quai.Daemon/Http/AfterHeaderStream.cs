using Quai.Daemon.Execs;
using Quai.Daemon.Hosting;

namespace Quai.Daemon.Http;

/// <summary>
/// Output sent after the header of a hijacked connection, none of it before the client has read the header. Some clients read the header
/// into a buffer, along with whatever follows it, and then read from the socket: they would lose the first output.
/// </summary>
internal sealed class AfterHeaderStream(ClientLink link) : OutputStream(link.Output)
{
    /// <summary>
    /// The longest time that the first output waits. It is only reached for clients that do not read meanwhile, which lose nothing by it: on a busy machine a
    /// client that wants to read may not get to it for a tenth of a second or more.
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
