using Quai.Plans.Protocol;
using Quai.Plans.Protocol.Messages;
using Quai.Plans.Protocol.Messages.Events;

namespace Quai.Runtime.Tests.Protocol;

/// <summary>Packets are what they were: shims of every version that runs somewhere read them.</summary>
public sealed class PacketTests
{
    private static readonly string Id = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));

    [Fact]
    public void Requests_are_the_bytes_that_version_1_reads()
    {
        string id = Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(Id));
        Same("010000000700000006000000", new AttachRequest(new PacketHead(PacketKind.Attach, 7), 6));
        Same("02000000070000000f000000", new SignalRequest(new PacketHead(PacketKind.Signal, 7), 15));
        Same("03000000070000001800000050000000" + id, new ResizeRequest(new PacketHead(PacketKind.Resize, 7), 24, 80, ProcessId.Of(Id)));
        Same("03000000070000001800000050000000" + new string('0', 128), new ResizeRequest(new PacketHead(PacketKind.Resize, 7), 24, 80, ProcessId.Of(null)));
        Same("040000000700000007000000" + id, new ExecRequest(new PacketHead(PacketKind.Exec, 7), 7, ProcessId.Of(Id)));
        Same("0700000007000000", new PlainRequest(new PacketHead(PacketKind.NameSockets, 7)));
        Same("0800000007000000", new PlainRequest(new PacketHead(PacketKind.KeepNameSockets, 7)));
        Same("0500000007000000", new StateRequest(new PacketHead(PacketKind.State, 7)));
    }

    [Fact]
    public void Answers_and_events_are_the_bytes_that_version_1_writes()
    {
        Same("820000000700000003000000", new PlainAnswer(new PacketHead(PacketKind.Signal | PacketKind.Answer, 7), 3));
        Same("84000000070000000200000011270000d2040000", new ExecAnswer(new PacketHead(PacketKind.Exec | PacketKind.Answer, 7), 2, 10_001, 1234));
        Same("850000000700000000000000d2040000080706050403020102000000", new StateAnswer(new PacketHead(PacketKind.State | PacketKind.Answer, 7), 0, 1234, 0x0102030405060708, 2));
        Same("9000000000000000d2040000000000000807060504030201", new StartedEvent(new PacketHead(PacketKind.Started, 0), 1234, 0, 0x0102030405060708));
        Same("91000000000000001127000002000000", new StartFailedEvent(new PacketHead(PacketKind.StartFailed, 0), 10_001, 2));
        Same("920000000000000089000000010000000807060504030201", new ExitedEvent(new PacketHead(PacketKind.Exited, 0), 137, 1, 0x0102030405060708));
        Same("930000000000000003000000" + Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(Id)), new ExecExitedEvent(new PacketHead(PacketKind.ExecExited, 0), 3, ProcessId.Of(Id)));
    }

    [Fact]
    public void What_a_longer_packet_has_beyond_is_skipped()
    {
        SignalRequest signal = Packet.Read<SignalRequest>(Convert.FromHexString("02000000070000000f000000ffffffffffffffff"));
        Assert.Equal(new SignalRequest(new PacketHead(PacketKind.Signal, 7), 15), signal);
    }

    [Fact]
    public void What_a_shorter_packet_lacks_is_zero()
    {
        HelloAnswer hello = Packet.Read<HelloAnswer>(Convert.FromHexString("860000000700000016000000"));
        Assert.Equal(new HelloAnswer(new PacketHead(PacketKind.Hello | PacketKind.Answer, 7), 22, 0, 0, 0), hello);
        Assert.Equal(default, Packet.Read<PacketHead>([]));
    }

    private static void Same<T>(string bytes, T packet)
        where T : unmanaged => Assert.Equal(bytes, Convert.ToHexStringLower(Packet.Bytes(ref packet)));
}
