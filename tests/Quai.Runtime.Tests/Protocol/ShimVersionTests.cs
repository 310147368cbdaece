using Quai.Errors;
using Quai.Linux;
using Quai.Plans;
using Quai.Plans.Protocol;
using Quai.Runtime.Shims;
using Quai.Runtime.Tests.Shims;

namespace Quai.Runtime.Tests.Protocol;

/// <summary>A daemon takes over containers whose shims have other versions.</summary>
public sealed class ShimVersionTests
{
    private const int Pid = 1234;
    private static readonly int[] State = [0, Pid, 0x3b9aca00, 0, 0];

    [Fact]
    public async Task A_shim_of_version_1_is_managed()
    {
        await using TestContainer container = new("sleep", "1000");
        int pid = (await container.StartAsync()).Pid;
        await using var shim = new ScriptedShim((kind, _) => kind switch
        {
            PacketKind.State => [0, pid, 0x3b9aca00, 0, 0],
            PacketKind.Signal => [0],
            PacketKind.Exec => [0, 0, 77],
            _ => [Errno.EINVAL],
        });
        await shim.Client.QueryAsync(default);
        Assert.Equal(pid, shim.Client.Pid);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(1), shim.Client.StartedAt);
        await shim.Client.SignalAsync(15, default);
        IExecProcess exec = await shim.Client.ExecAsync(Exec(), default);
        Assert.Equal(77, exec.Pid);
        shim.Say((int)PacketKind.Exited, 0, 7, 0, 0, 0);
        Assert.Equal(7, (await shim.Client.Exit).ExitCode);
    }

    [Fact]
    public async Task A_newer_shim_that_understands_this_version_is_managed_and_what_it_adds_is_skipped()
    {
        await using var shim = new ScriptedShim((kind, _) => kind switch
        {
            PacketKind.Hello => [0, 99, ShimProtocol.Version, 99, 1, 2, 3],
            PacketKind.State => State,
            PacketKind.Signal => [0, 9, 9, 9],
            _ => [Errno.EINVAL],
        });
        await shim.Client.QueryAsync(default);
        await shim.Client.SignalAsync(15, default);

        // An event that is not known, and a known one that has grown.
        shim.Say(0x9f, 0, 1, 2, 3);
        shim.Say((int)PacketKind.Exited, 0, 7, 1, 0, 0, 5, 5, 5, 5);
        ContainerExit exit = await shim.Client.Exit;
        Assert.Equal(7, exit.ExitCode);
        Assert.True(exit.OomKilled);
    }

    [Fact]
    public async Task A_shim_that_is_too_new_is_refused_in_words_and_nothing_it_says_is_believed()
    {
        await using var shim = new ScriptedShim((kind, _) => kind switch
        {
            PacketKind.Hello => [0, ShimProtocol.Version + 2, ShimProtocol.Version + 1, 99],
            PacketKind.State => State,
            _ => [0],
        });
        await shim.Client.QueryAsync(default);
        Assert.Equal(Pid, shim.Client.Pid);
        foreach (Func<Task> use in (Func<Task>[])
            [() => shim.Client.SignalAsync(15, default), () => shim.Client.ExecAsync(Exec(), default), () => shim.Client.AttachAsync(new AttachStreams(false, true, true), default), () => shim.Client.ResizeAsync(null, 1, 1, default)])
        {
            ShimVersionException refusal = await Assert.ThrowsAsync<ShimVersionException>(use);
            Assert.Equal($"container c1 was started by a newer version of Quai: its shim understands protocol {ShimProtocol.Version + 1} and newer, this quaid speaks {ShimProtocol.Version}: manage it with that version, or end its processes", refusal.Message);
        }

        Assert.Equal([PacketKind.Hello, PacketKind.State], shim.Asked);
        shim.Say((int)PacketKind.Exited, 0, 7, 0, 0, 0);
        await shim.Client.QueryAsync(default);
        Assert.False(shim.Client.Exit.IsCompleted);

        // Its end is seen by the connection, how it ended in the record.
        shim.End("3 0 1700000000000000000\n");
        Assert.Equal(3, (await shim.Client.Exit).ExitCode);
    }

    [Fact]
    public async Task A_shim_that_cannot_read_a_plan_is_said_to_be_of_another_version()
    {
        await using TestContainer container = new("sleep", "1000");
        int pid = (await container.StartAsync()).Pid;
        await using var shim = new ScriptedShim((kind, _) => kind switch { PacketKind.State => [0, pid, 0, 0, 0], _ => [Errno.EINVAL] });
        await shim.Client.QueryAsync(default);
        RuntimeStartException refused = await Assert.ThrowsAsync<RuntimeStartException>(() => shim.Client.ExecAsync(Exec(), default));
        Assert.Equal(RuntimeStartException.OtherVersion, refused.Errno);
    }

    [Theory]
    [InlineData(Errno.EINVAL)]
    [InlineData(Errno.ENOENT)]
    public async Task A_shim_that_knows_no_name_sockets_or_has_none_gives_none(int errno)
    {
        await using var shim = new ScriptedShim((kind, _) => kind switch { PacketKind.State => State, _ => [errno] });
        await shim.Client.QueryAsync(default);
        Assert.Null(await shim.Client.NameSocketsAsync(default));
        Assert.Contains(PacketKind.NameSockets, shim.Asked);
    }

    [Fact]
    public async Task An_exec_into_a_process_that_has_just_ended_is_a_conflict()
    {
        await using var shim = new ScriptedShim((kind, _) => kind switch { PacketKind.State => [0, int.MaxValue, 0, 0, 0], _ => [Errno.EINVAL] });
        await shim.Client.QueryAsync(default);
        Assert.Equal(ErrorKind.Conflict, (await Assert.ThrowsAsync<QuaiException>(() => shim.Client.ExecAsync(Exec(), default))).Kind);
    }

    [Fact]
    public void A_plan_says_the_oldest_version_that_can_run_it()
    {
        PlanWriter plan = new();
        plan.Child("execute", PlanWriter.Step.Of(PlanOperation.Execute));
        byte[] block = plan.ToBlock();
        PlanHeader header = System.Runtime.InteropServices.MemoryMarshal.Read<PlanHeader>(block);
        Assert.Equal(PlanVersions.Of(PlanOperation.Execute), header.Version);
        Assert.Equal("QPLAN\u0002\0\0"u8.ToArray(), block[..8]);
        plan.Child("mount", PlanWriter.Step.Of(PlanOperation.MountTmpfs));
        Assert.Equal("QPLAN\u0003\0\0"u8.ToArray(), plan.ToBlock()[..8]);
        plan.Child("write a table", PlanWriter.Step.Of(PlanOperation.Nftables));
        Assert.Equal("QPLAN\u0004\0\0"u8.ToArray(), plan.ToBlock()[..8]);
    }

    [Fact]
    public void A_step_that_the_shim_does_not_know_is_refused_in_words()
    {
        PlanWriter plan = new(newest: 1);
        PlanVersionException refused = Assert.Throws<PlanVersionException>(() => plan.Child("mount a procfs", PlanWriter.Step.Of(PlanOperation.MountProcfs)));
        Assert.StartsWith("cannot mount a procfs: the container was started by an older version of Quai", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(PlanVersions.Current + 1)]
    [InlineData(0)]
    public unsafe void A_plan_of_a_version_that_is_not_known_is_not_run(int version)
    {
        PlanWriter plan = new();
        plan.Child("execute", PlanWriter.Step.Of(PlanOperation.Execute));
        byte[] block = plan.ToBlock();
        fixed (byte* p = block)
        {
            Assert.True(PlanInterpreter.Relocate(p, block.Length));
            *(long*)p = PlanHeader.MagicOf(version);
            Assert.False(PlanInterpreter.Relocate(p, block.Length));
        }
    }

    private static ExecLaunch Exec() => new() { Id = new string('e', 64), Process = new Oci.Runtime.Process { Args = ["true"], Cwd = "/" } };
}
