using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;
using Quai.Plans;
using static Quai.Plans.PlanWriter;

namespace Quai.Runtime.Tests.Plans;

/// <summary>The step that does an nf_tables transaction, as the kernel answers it, in a network namespace of its own.</summary>
public sealed class NftablesStepTests
{
    [Fact]
    public void All_of_it_is_done_and_ports_are_in_their_places()
    {
        List<int> places = [];
        using NftBatch batch = new();
        batch.AddTable("first");
        batch.AddChain("first", "output", NftHook.Output("nat", NftHook.DestinationNat));
        batch.Rule("first", "output").Protocol(6).DestinationPort(0).Noting(places).LoadAddress(NftRule.Register, [192, 0, 2, 1]).LoadPort(NftRule.Register + 1, 0).Noting(places).DestinationNatTo(NftRule.Register, NftRule.Register + 1);
        byte[] bytes = batch.Prepare();
        Assert.Equal(2, places.Count);
        Assert.All(places, p => Assert.Equal(new byte[4], bytes[p..(p + 4)]));
        Assert.Equal((0, true), Run(bytes, [.. places]));
    }

    [Fact]
    public void What_the_kernel_refuses_first_fails_the_step_and_nothing_is_done()
    {
        using NftBatch batch = new();
        batch.AddTable("first");
        batch.AddOwnedTable("first", "");
        batch.AddTable("second");
        Assert.Equal((Errno.EEXIST, false), Run(batch.Prepare(), []));
    }

    [Fact]
    public void What_the_kernel_does_not_have_is_said_to_be_missing()
    {
        using NftBatch batch = new();
        batch.AddTable("first");
        batch.AddChain("first", "output", NftHook.Output("nosuchtype", 0));
        Assert.Equal((PlanError.NoNftables, false), Run(batch.Prepare(), []));
    }

    [Fact]
    public void An_answer_that_does_not_come_is_not_waited_for() => Assert.Equal((Errno.EIO, false), Run(new byte[4], []));

    /// <summary>Runs the step in the process that would clone, and sees whether table "first" is there. A second step that fails keeps it from cloning.</summary>
    private static (int Errno, bool IsThere) Run(byte[] transaction, int[] places)
    {
        PlanWriter plan = new();
        Pointer address = plan.Block([2, 0, 0x12, 0x34, 127, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0]);
        plan.Parent("write", Step.Of(PlanOperation.Nftables, plan.Block(transaction), transaction.Length, address, plan.Block(System.Runtime.InteropServices.MemoryMarshal.AsBytes<int>(places)), places.Length));
        plan.Parent("stop", Step.Call(SystemCallNumber.Close, -1));
        byte[] block = plan.ToBlock();
        PlanInterpreter.Outcome outcome = default;
        bool isThere = false;
        Thread thread = new(() =>
        {
            NetworkNamespace.EnterNew();
            outcome = Start(block);
            using NetlinkSocket socket = NftBatch.OpenSocket();
            using NftBatch batch = new();
            batch.DeleteTable("first");
            try
            {
                batch.Commit(socket, "delete");
                isThere = true;
            }
            catch (LinuxException e) when (e.Errno == Errno.ENOENT)
            {
            }
        });
        thread.Start();
        thread.Join();
        return outcome.FailedStep == 1 ? (0, isThere) : (outcome.Errno, isThere);
    }

    private static unsafe PlanInterpreter.Outcome Start(byte[] block)
    {
        long* slots = stackalloc long[PlanSlot.Count];
        new Span<long>(slots, PlanSlot.Count).Clear();
        fixed (byte* plan = block)
        {
            Assert.True(PlanInterpreter.Relocate(plan, block.Length));
            return PlanInterpreter.Start(plan, slots);
        }
    }
}
