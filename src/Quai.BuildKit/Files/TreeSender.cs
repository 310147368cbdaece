using System.Buffers;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Quai.Build.Sessions;
using Quai.BuildProtocol.Files;
using Quai.Errors;
using static Quai.BuildProtocol.Files.Packet.Types;

namespace Quai.BuildKit.Files;

/// <summary>Sends a tree to a client: first the list of all files, then the contents that the client requests by their numbers in the list.</summary>
/// <param name="call">The call.</param>
/// <param name="tree">The tree.</param>
internal sealed class TreeSender(AsyncDuplexStreamingCall<Packet, Packet> call, ISentTree tree)
{
    private const int Piece = 32 << 10;
    private static readonly WriteOptions s_more = new(WriteFlags.BufferHint), s_last = new();

    // Requests come while the list still goes: they wait here, so that the client's writes never do.
    private readonly Channel<uint> _requests = Channel.CreateUnbounded<uint>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>Sends all of it; returns when the client has it.</summary>
    /// <exception cref="QuaiException">The client failed, or does not keep to the protocol.</exception>
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
                string path = files.GetValueOrDefault(number) ?? throw QuaiException.Invalid("the client requested a file that has no content");
                await SendAsync(number, path, stopped.Token).ConfigureAwait(false);
            }

            await call.RequestStream.WriteAsync(new Packet { Type = PacketType.PacketFin }, stopped.Token).ConfigureAwait(false);
            await call.RequestStream.CompleteAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
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
        call.RequestStream.WriteOptions = s_more;
        foreach (ContextEntry entry in tree.Entries())
        {
            // By its kind alone: the client does not request another name of a file, but may.
            if (entry.Kind == ContextEntryKind.File)
            {
                files.Add(count, entry.Path);
            }

            count++;
            await call.RequestStream.WriteAsync(new Packet { Type = PacketType.PacketStat, Stat = FileStats.Write(entry) }, cancellation).ConfigureAwait(false);
        }

        call.RequestStream.WriteOptions = s_last;
        await call.RequestStream.WriteAsync(new Packet { Type = PacketType.PacketStat }, cancellation).ConfigureAwait(false);
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
                call.RequestStream.WriteOptions = s_more;
                int length;
                while ((length = await file.ReadAsync(buffer.AsMemory(0, Piece), cancellation).ConfigureAwait(false)) > 0)
                {
                    // It is serialized before the write returns, so the buffer is free then.
                    var data = new Packet { Type = PacketType.PacketData, ID = number, Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, length)) };
                    await call.RequestStream.WriteAsync(data, cancellation).ConfigureAwait(false);
                }
            }

            call.RequestStream.WriteOptions = s_last;
            await call.RequestStream.WriteAsync(new Packet { Type = PacketType.PacketData, ID = number }, cancellation).ConfigureAwait(false);
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
            while (await call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false))
            {
                Packet packet = call.ResponseStream.Current;
                switch (packet.Type)
                {
                    case PacketType.PacketReq:
                        _requests.Writer.TryWrite(packet.ID);
                        break;
                    case PacketType.PacketFin:
                        _requests.Writer.TryComplete();
                        break;
                    case PacketType.PacketErr:
                        throw QuaiException.System("error from receiver: " + packet.Data.ToStringUtf8());
                    default:
                        throw QuaiException.Invalid($"the client sent {packet.Type} out of turn");
                }
            }

            reason = QuaiException.Invalid("the client ended the transfer early");
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
