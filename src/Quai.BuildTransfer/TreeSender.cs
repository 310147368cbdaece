using System.Buffers;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Quai.BuildProtocol.Files;
using Quai.Errors;
using static Quai.BuildProtocol.Files.Packet.Types;

namespace Quai.BuildTransfer;

/// <summary>Sends a tree: first the list of all files, then the contents that the other side requests by their numbers in the list.</summary>
/// <param name="exchange">The packets.</param>
/// <param name="tree">The tree.</param>
public sealed class TreeSender(PacketExchange exchange, ISentTree tree)
{
    private const int Piece = 32 << 10;

    // Requests come while the list still goes: they wait here, so that the other side's writes never do.
    private readonly Channel<uint> _requests = Channel.CreateUnbounded<uint>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>Sends all of it; returns when the other side has it.</summary>
    /// <exception cref="QuaiException">The other side failed, or does not keep to the protocol.</exception>
    /// <exception cref="RpcException">The call failed.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task reading = ReadAsync(stopped.Token);
        try
        {
            Dictionary<uint, string> files = await ListAsync(stopped.Token).ConfigureAwait(false);
            await foreach (uint number in _requests.Reader.ReadAllAsync(stopped.Token).ConfigureAwait(false))
            {
                string path = files.GetValueOrDefault(number) ?? throw QuaiException.Invalid($"the {exchange.Peer} requested a file that has no content");
                await SendAsync(number, path, stopped.Token).ConfigureAwait(false);
            }

            await exchange.SendAsync(new Packet { Type = PacketType.PacketFin }, more: false, stopped.Token).ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            await exchange.EndAsync(stopped.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException || (e is not OperationCanceledException && reading.IsFaulted))
        {
            // That nothing more is taken is all that a write learns; why, the answer says.
            await reading.ConfigureAwait(false);
            throw;
        }
        finally
        {
            await stopped.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Dictionary<uint, string>> ListAsync(CancellationToken cancellation)
    {
        Dictionary<uint, string> files = [];
        uint count = 0;
        foreach (ContextEntry entry in tree.Entries())
        {
            // By its kind alone: a builder does not request another name of a file, but may.
            if (entry.Kind == ContextEntryKind.File)
            {
                files.Add(count, entry.Path);
            }

            count++;
            await exchange.SendAsync(new Packet { Type = PacketType.PacketStat, Stat = FileStats.Write(entry) }, more: true, cancellation).ConfigureAwait(false);
        }

        await exchange.SendAsync(new Packet { Type = PacketType.PacketStat }, more: false, cancellation).ConfigureAwait(false);
        return files;
    }

    private async Task SendAsync(uint number, string path, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            Stream file = tree.Open(path);
            await using (file.ConfigureAwait(false))
            {
                int length;
                while ((length = await file.ReadAsync(buffer.AsMemory(0, Piece), cancellation).ConfigureAwait(false)) > 0)
                {
                    // It is serialized before the write returns, so the buffer is free then.
                    var data = new Packet { Type = PacketType.PacketData, ID = number, Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, length)) };
                    await exchange.SendAsync(data, more: true, cancellation).ConfigureAwait(false);
                }
            }

            // What was requested meanwhile follows at once.
            bool more = _requests.Reader.TryPeek(out _);
            await exchange.SendAsync(new Packet { Type = PacketType.PacketData, ID = number }, more, cancellation).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        Exception? reason = null;
        try
        {
            while (await exchange.NextAsync(cancellation).ConfigureAwait(false))
            {
                Packet packet = exchange.Current;
                switch (packet.Type)
                {
                    case PacketType.PacketReq:
                        _requests.Writer.TryWrite(packet.ID);
                        break;
                    case PacketType.PacketFin:
                        _requests.Writer.TryComplete();
                        return;
                    case PacketType.PacketErr:
                        throw QuaiException.System("error from receiver: " + packet.Data.ToStringUtf8());
                    default:
                        throw QuaiException.Invalid($"the {exchange.Peer} sent {packet.Type} out of turn");
                }
            }

            reason = QuaiException.Invalid($"the {exchange.Peer} ended the transfer early");
        }
        catch (Exception e)
        {
            reason = e;
            throw;
        }
        finally
        {
            _requests.Writer.TryComplete(reason);
        }
    }
}
