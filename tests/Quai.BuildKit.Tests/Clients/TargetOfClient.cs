using Grpc.Core;
using Quai.BuildProtocol.Files;
using Quai.BuildTransfer;
using static Quai.BuildProtocol.Files.Packet.Types;

namespace Quai.BuildKit.Tests.Clients;

/// <summary>A client's folder that takes a tree, as the local exporter's target does.</summary>
internal sealed class TargetOfClient(string root)
{
    /// <summary>The exporter's index that the daemon gave.</summary>
    public string? Exporter { get; private set; }

    public List<Stat> Stats { get; } = [];

    /// <summary>Fails after the list.</summary>
    public string? Failure { get; init; }

    public void Bind(ServiceBinderBase server) => server.AddMethod(PacketMethods.FileSend, TakeAsync);

    private async Task TakeAsync(IAsyncStreamReader<Packet> requests, IServerStreamWriter<Packet> answers, ServerCallContext context)
    {
        Exporter = context.RequestHeaders.GetValue("buildkit-attachable-exporter-id");
        int waiting = 0;
        bool listed = false, told = false;
        while (await requests.MoveNext(context.CancellationToken))
        {
            Packet packet = requests.Current;
            string Local(Stat s) => Path.Combine(root, s.Path);
            switch (packet.Type)
            {
                case PacketType.PacketStat when packet.Stat is null:
                    listed = true;
                    if (Failure is not null)
                    {
                        await answers.WriteAsync(new Packet { Type = PacketType.PacketErr, Data = Google.Protobuf.ByteString.CopyFromUtf8(Failure) });
                    }

                    break;
                case PacketType.PacketStat:
                    Stats.Add(packet.Stat);
                    if ((packet.Stat.Mode & (1u << 31)) != 0)
                    {
                        Directory.CreateDirectory(Local(packet.Stat));
                    }
                    else if ((packet.Stat.Mode & (1u << 27)) != 0)
                    {
                        File.CreateSymbolicLink(Local(packet.Stat), packet.Stat.Linkname);
                    }
                    else
                    {
                        waiting++;
                        await answers.WriteAsync(new Packet { Type = PacketType.PacketReq, ID = (uint)Stats.Count - 1 });
                    }

                    break;
                case PacketType.PacketData when packet.Data.IsEmpty:
                    waiting--;
                    await using (new FileStream(Local(Stats[(int)packet.ID]), FileMode.Append))
                    {
                    }

                    break;
                case PacketType.PacketData:
                    await using (var file = new FileStream(Local(Stats[(int)packet.ID]), FileMode.Append))
                    {
                        await file.WriteAsync(packet.Data.Memory);
                    }

                    break;
                case PacketType.PacketFin:
                    return;
                default:
                    throw new InvalidOperationException($"{packet.Type} is not for a target");
            }

            if (listed && waiting == 0 && !told && Failure is null)
            {
                told = true;
                await answers.WriteAsync(new Packet { Type = PacketType.PacketFin });
            }
        }
    }
}
