using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Quai.BuildProtocol.ClientFiles;
using Quai.BuildProtocol.Files;
using static Quai.BuildProtocol.Files.Packet.Types;

namespace Quai.BuildKit.Tests.Clients;

/// <summary>A client's directory, sent as clients send it: a list, then what is requested of it, several files at once.</summary>
internal sealed class FilesOfClient(string root) : FileSync.FileSyncBase
{
    private const uint GoDirectory = 1u << 31, GoLink = 1u << 27;

    /// <summary>What came with the last request, by name.</summary>
    public ConcurrentDictionary<string, string[]> Headers { get; } = new();

    /// <summary>The numbers that were requested.</summary>
    public ConcurrentQueue<uint> Requested { get; } = new();

    /// <summary>Fails after the list.</summary>
    public string? Failure { get; init; }

    /// <summary>Never answers.</summary>
    public bool Hangs { get; init; }

    public override async Task DiffCopy(IAsyncStreamReader<Packet> requestStream, IServerStreamWriter<Packet> responseStream, ServerCallContext context)
    {
        foreach (IGrouping<string, Grpc.Core.Metadata.Entry> group in context.RequestHeaders.GroupBy(h => h.Key))
        {
            Headers[group.Key] = [.. group.Select(h => h.Value)];
        }

        if (Headers["dir-name"][0] == "missing")
        {
            throw new RpcException(new Status(StatusCode.NotFound, "no access allowed to dir \"missing\""));
        }

        if (Hangs)
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }

        using var gate = new SemaphoreSlim(1);
        var files = new ConcurrentDictionary<uint, string>();
        Task listing = ListAsync(files, p => SendAsync(gate, responseStream, p));
        List<Task> sending = [];
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            Packet packet = requestStream.Current;
            if (packet.Type == PacketType.PacketFin)
            {
                await listing;
                await Task.WhenAll(sending);
                await SendAsync(gate, responseStream, new Packet { Type = PacketType.PacketFin });
                return;
            }

            Requested.Enqueue(packet.ID);
            sending.Add(SendFileAsync(files[packet.ID], packet.ID, p => SendAsync(gate, responseStream, p)));
        }
    }

    private static async Task SendAsync(SemaphoreSlim gate, IServerStreamWriter<Packet> to, Packet packet)
    {
        await gate.WaitAsync();
        try
        {
            await to.WriteAsync(packet);
        }
        finally
        {
            gate.Release();
        }
    }

    private static async Task SendFileAsync(string path, uint id, Func<Packet, Task> send)
    {
        await using FileStream file = File.OpenRead(path);
        byte[] buffer = new byte[32 << 10];
        int length;
        while ((length = await file.ReadAsync(buffer)) > 0)
        {
            await send(new Packet { Type = PacketType.PacketData, ID = id, Data = ByteString.CopyFrom(buffer, 0, length) });
        }

        await send(new Packet { Type = PacketType.PacketData, ID = id });
    }

    private async Task ListAsync(ConcurrentDictionary<uint, string> files, Func<Packet, Task> send)
    {
        uint count = 0;
        foreach (string path in Walk(root))
        {
            var info = new FileInfo(path);
            uint mode = (uint)File.GetUnixFileMode(path) & 0x1ff;
            var stat = new Stat { Path = Path.GetRelativePath(root, path), Mode = mode, ModTime = 1_700_000_000_000_000_001, Uid = 7, Gid = 8 };
            if (info.LinkTarget is { } target)
            {
                stat.Mode |= GoLink;
                stat.Linkname = target;
            }
            else if (Directory.Exists(path))
            {
                stat.Mode |= GoDirectory;
            }
            else
            {
                stat.Size = info.Length;
                files[count] = path;
            }

            count++;
            await send(new Packet { Type = PacketType.PacketStat, Stat = stat });
        }

        if (Failure is not null)
        {
            await send(new Packet { Type = PacketType.PacketErr, Data = ByteString.CopyFromUtf8(Failure) });
        }

        await send(new Packet { Type = PacketType.PacketStat });
    }

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            yield return path;
            if (new FileInfo(path).LinkTarget is null && Directory.Exists(path))
            {
                foreach (string below in Walk(path))
                {
                    yield return below;
                }
            }
        }
    }
}
