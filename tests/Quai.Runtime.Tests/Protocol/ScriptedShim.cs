using System.Collections.Concurrent;
using System.Net.Sockets;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Sockets;
using Quai.Plans.Protocol;
using Quai.Runtime.Shims;

namespace Quai.Runtime.Tests.Protocol;

/// <summary>A shim of a given version: gives scripted answers, and records the requests.</summary>
internal sealed class ScriptedShim : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-shim-").FullName;
    private readonly Socket _socket;
    private readonly Task _running;

    /// <param name="answer">From a request's packet to its answer's, without the head; null for none.</param>
    public ScriptedShim(Func<PacketKind, byte[], int[]?> answer)
    {
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair(IoConstants.SOCK_SEQPACKET);
        _socket = new Socket(new SafeSocketHandle(theirs.Number, ownsHandle: true));
        theirs.SetHandleAsInvalid();
        _running = RunAsync(answer);
        Client = new ShimClient("c1", _folder, ours, shimPid: 0, initialAttach: null);
    }

    public ShimClient Client { get; }

    public ConcurrentQueue<PacketKind> Asked { get; } = [];

    public void Say(params int[] numbers) => _socket.Send(Bytes(numbers));

    /// <summary>Ends as a shim does: the connection closes. What it left behind is in its folder.</summary>
    public void End(string? record = null)
    {
        if (record is not null)
        {
            File.WriteAllText(Path.Combine(_folder, ShimProtocol.ExitName), record);
        }

        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await Client.DisposeAsync();
        await _running;
        Directory.Delete(_folder, recursive: true);
    }

    private static byte[] Bytes(int[] numbers) => [.. numbers.SelectMany(BitConverter.GetBytes)];

    private async Task RunAsync(Func<PacketKind, byte[], int[]?> answer)
    {
        byte[] buffer = new byte[ShimProtocol.MaximumPacket];
        try
        {
            for (int got; (got = await _socket.ReceiveAsync(buffer)) > 0;)
            {
                PacketHead head = Packet.Read<PacketHead>(buffer.AsSpan(0, got));
                Asked.Enqueue(head.Kind);
                if (answer(head.Kind, buffer[..got]) is { } numbers)
                {
                    Say([(int)(head.Kind | PacketKind.Answer), head.Request, .. numbers]);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }
}
