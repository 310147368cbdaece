using System.Threading.Channels;
using Grpc.Core;
using Quai.BuildProtocol.Files;
using Quai.Errors;
using static Quai.BuildProtocol.Files.Packet.Types;

namespace Quai.BuildTransfer;

/// <summary>
/// Takes a tree that the other side sends. That lists all its files; each whose content is wanted is requested by its number in the list, while the list goes on; the
/// contents come in pieces, several files' mixed. Both say in the end that they are through.
/// </summary>
/// <param name="exchange">The packets.</param>
/// <param name="update">What takes the files.</param>
public sealed class TreeReceiver(PacketExchange exchange, IContextUpdate update)
{
    // Requests are written beside the reading. Were they written by whoever reads, both sides could wait for each other to read.
    private readonly Channel<uint> _requests = Channel.CreateUnbounded<uint>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly Dictionary<uint, Stream?> _wanted = [];

    /// <summary>Takes all of it.</summary>
    /// <exception cref="QuaiException">The other side failed, or does not keep to the protocol.</exception>
    /// <exception cref="RpcException">The call failed.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task requesting = RequestAsync(stopped.Token);
        try
        {
            await ReadAsync(stopped.Token).ConfigureAwait(false);
            await requesting.ConfigureAwait(false);
            await exchange.EndAsync(stopped.Token).ConfigureAwait(false);
        }
        finally
        {
            await stopped.CancelAsync().ConfigureAwait(false);
            await requesting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (Stream? open in _wanted.Values)
            {
                if (open is not null)
                {
                    await open.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        bool listed = false;
        uint count = 0;
        while (await exchange.NextAsync(cancellation).ConfigureAwait(false))
        {
            Packet packet = exchange.Current;
            switch (packet.Type)
            {
                case PacketType.PacketStat when packet.Stat is null:
                    listed = true;
                    break;
                case PacketType.PacketStat when listed:
                    throw Broken("lists a file after the end of the list");
                case PacketType.PacketStat:
                    Take(packet.Stat, count++);
                    break;
                case PacketType.PacketData:
                    await WriteAsync(packet).ConfigureAwait(false);
                    break;
                case PacketType.PacketFin when listed && _wanted.Count == 0:
                    return;
                case PacketType.PacketErr:
                    throw QuaiException.System("error from sender: " + packet.Data.ToStringUtf8());
                default:
                    throw Broken($"sent {packet.Type} out of turn");
            }

            if (listed && _wanted.Count == 0)
            {
                // That was the last: the other side is told, and answers that it is through.
                _requests.Writer.TryComplete();
            }
        }

        throw Broken("ended the transfer early");
    }

    private void Take(Stat stat, uint number)
    {
        ContextEntry entry = FileStats.Read(stat);
        if (!update.Take(entry))
        {
            return;
        }

        // The other side knows no content of anything else, and would end the whole transfer.
        if (entry.Kind != ContextEntryKind.File || entry.LinkName.Length > 0)
        {
            throw new InvalidOperationException($"the content of {entry.Path} was asked for, which has none");
        }

        _wanted.Add(number, null);
        _requests.Writer.TryWrite(number);
    }

    private async Task WriteAsync(Packet packet)
    {
        if (!_wanted.TryGetValue(packet.ID, out Stream? file))
        {
            throw Broken("sent a file that was not requested");
        }

        if (file is null)
        {
            _wanted[packet.ID] = file = update.Open((int)packet.ID);
        }

        if (!packet.Data.IsEmpty)
        {
            // A local client's piece is written in microseconds: a switch of threads would cost more than it.
            await file.WriteAsync(packet.Data.Memory, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        await file.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        _wanted.Remove(packet.ID);
        await file.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RequestAsync(CancellationToken cancellation)
    {
        while (await _requests.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            while (_requests.Reader.TryRead(out uint number))
            {
                // Requests that are there together are sent together.
                await exchange.SendAsync(new Packet { Type = PacketType.PacketReq, ID = number }, _requests.Reader.TryPeek(out _), cancellation).ConfigureAwait(false);
            }
        }

        await exchange.SendAsync(new Packet { Type = PacketType.PacketFin }, more: false, cancellation).ConfigureAwait(false);
    }

    private QuaiException Broken(string what) => QuaiException.Invalid($"the {exchange.Peer} {what}");
}
