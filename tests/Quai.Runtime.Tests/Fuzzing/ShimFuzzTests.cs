using System.Buffers.Binary;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Sockets;
using Quai.Plans.Protocol;
using Quai.Runtime.Shims;

namespace Quai.Runtime.Tests.Fuzzing;

/// <summary>What a shim sends to a daemon: whatever it says, or leaves unsaid, nobody waits for ever.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class ShimFuzzTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-fuzz-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_a_shim_says_ends_all_waiting() => Fuzz.Holds(new Property("shim-answers", async input =>
    {
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair(5);
        await using var client = new ShimClient("id", _folder, ours, shimPid: 0, initialAttach: null);
        List<Task> waiting = [client.QueryAsync(default), client.SignalAsync(0, default), client.ResizeAsync(null, 1, 2, default), client.StartedAsync(new Quai.Plans.PlanWriter()), client.Exit];
        using (theirs)
        {
            foreach (byte[] packet in Packets(input))
            {
                UnixSockets.Send(theirs.Number, packet, []);
            }
        }

        List<Exception> failures = [];
        foreach (Task task in waiting)
        {
            try
            {
                await task.WaitAsync(TimeSpan.FromSeconds(10));
            }
            catch (Exception e) when (e is QuaiException or LinuxException)
            {
                failures.Add(e);
            }
        }

        throw failures.FirstOrDefault() ?? QuaiException.System("all were answered");
    })
    {
        Seeds = [Script(Packet(0x86, 1, 22), Packet(0x85, 4, 0, 7, 1, 1, 1, 0x41414141)), Script(Packet(0x90, 0, 5, 0, 1, 1), Packet(0x92, 0, 3, 0, 1, 1)), Script(Packet(0x91, 0, 10_001, 2)), Script(Packet(0x86, 1, 0, 2, 1, 2), Packet(0x82, 2, 0), Packet(0x85, 4, 0, 7, 1, 1, 0), Packet(0x83, 3, 3), [.. Packet(0x93, 0, 3), .. new byte[64]])],
        Mutate = ByteMutator.With([0x86, 0, 0, 0], [0x90, 0, 0, 0], [0x85, 0, 0, 0], [0x92, 0, 0, 0], [0x93, 0, 0, 0], [0xff, 0xff, 0xff, 0x7f], [1, 0, 0, 0], [8, 0]),
        Refuses = static e => e is QuaiException or LinuxException, MaxTime = TimeSpan.FromSeconds(9), MaxAllocation = 256 << 20,
    });

    [Fact]
    public void A_record_of_the_end_is_read_or_refused() => Fuzz.Holds(new Property("exit-record", input =>
    {
        File.WriteAllBytes(Path.Combine(_folder, ShimProtocol.ExitName), input);
        new ExitFile(_folder).Read();
    })
    {
        Seeds = TextMutator.Seeds("137 1 1700000000123456789", "0 0 0"), Mutate = TextMutator.With(" ", "-1", "9223372036854775807", "99999999999", "\n", "1"),
    });

    /// <summary>An input's packets, each with its length in two bytes before it.</summary>
    private static IEnumerable<byte[]> Packets(byte[] input)
    {
        for (int at = 0, sent = 0; at + 2 <= input.Length && sent < 50; sent++)
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(input.AsSpan(at)) & 0x0fff, input.Length - at - 2);
            yield return input[(at + 2)..(at + 2 + length)];
            at += 2 + length;
        }
    }

    private static byte[] Script(params byte[][] packets) => [.. packets.SelectMany(p => (byte[])[(byte)p.Length, (byte)(p.Length >> 8), .. p])];

    private static byte[] Packet(params int[] numbers)
    {
        byte[] packet = new byte[numbers.Length * 4];
        Buffer.BlockCopy(numbers, 0, packet, 0, packet.Length);
        return packet;
    }
}
