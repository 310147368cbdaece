using Quai.Build.Reasons;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Tests.Reasons;

public sealed class MissedCacheTests
{
    private static readonly MissedInput s_base = new("FROM alpine", true, null, false, null);
    private static readonly MissedInput s_step = new("RUN make", false, null, true, null);

    [Fact]
    public void A_step_that_is_new_says_so() => Assert.Equal("it has not been built here before", MissedCache.Explain(null, Run(), []));

    [Fact]
    public void What_is_as_it_was_has_gone() => Assert.Equal("its result is no longer in the cache", MissedCache.Explain(Run(), Run(), [s_base]));

    [Fact]
    public void Another_line_at_its_place_is_told() => Assert.Equal("the instruction is another: it was RUN x", MissedCache.Explain(Run(), Run() with { Name = "RUN y" }, [s_base]));

    [Fact]
    public void Variables_are_told_by_name()
    {
        StepReason before = Run(e => e.Meta.Env.Add(["A=secret", "B=2", "C=3"])), now = Run(e => e.Meta.Env.Add(["A=other", "C=3", "D=4"]));
        Assert.Equal("the variable A changed; the variable B is gone; the variable D is new", MissedCache.Explain(before, now, [s_base]));
    }

    [Fact]
    public void Users_commands_folders_and_mounts_are_told() => Assert.Equal(
        "its command is another; its user is another; its working directory is another; its mounts are others",
        MissedCache.Explain(
            Run(),
            Run(e =>
            {
                e.Meta.Args.Add("z");
                e.Meta.User = "u";
                e.Meta.Cwd = "/w";
                e.Mounts.Add(new Mount { Dest = "/x" });
            }),
            [s_base]));

    [Fact]
    public void What_it_runs_with_is_told_one_by_one()
    {
        Assert.Equal("its network is another", MissedCache.Explain(Run(), Run(e => e.Network = NetMode.None), [s_base]));
        Assert.Equal("its user is another; its network is another; its limits are others", MissedCache.Explain(
            Run(),
            Run(e =>
            {
                e.UserNetwork = "backend";
                e.Meta.Ulimit.Add(new Ulimit { Name = "nofile", Soft = 5, Hard = 5 });
                e.Meta.User = "u";
            }),
            [s_base]));
        Assert.Equal("what it runs with is another", MissedCache.Explain(Run(), Run(e => e.Meta.RemoveMountStubsRecursive = true), [s_base]));
    }

    [Fact]
    public void A_base_and_a_step_before_are_told()
    {
        Assert.Equal("FROM alpine is another image now", MissedCache.Explain(Run(), Run() with { Inputs = ["2"] }, [s_base]));
        Assert.Equal("it follows from RUN make, which has run", MissedCache.Explain(Run(), Run() with { Inputs = ["2"] }, [s_step]));
        Assert.Equal("it follows from another result of RUN make", MissedCache.Explain(Run(), Run() with { Inputs = ["2"] }, [s_step with { HasRun = false }]));
    }

    [Fact]
    public void An_address_is_told() => Assert.Equal(
        "what is at http://x/y is another now", MissedCache.Explain(Run(), Run() with { Inputs = ["2"] }, [new MissedInput("ADD http://x/y /y", false, "http://x/y", false, null)]));

    [Fact]
    public void Names_do_not_spoil_terminals() => Assert.Equal(
        @"a\x1b[31m\x0a changed", MissedCache.Explain(Run(), Run() with { Inputs = ["2"] }, [new MissedInput("context", false, null, false, ["a\u001b[31m\n"])]));

    [Theory]
    [InlineData("/", "a.txt, b.txt, sub/c and 1 more changed")]
    [InlineData("/sub", "sub/c, sub/d changed")]
    [InlineData("/*.txt", "a.txt, b.txt changed")]
    [InlineData("/s*/c", "sub/c changed")]
    [InlineData("/none", "files of the context that it takes have changed")]
    public void The_files_are_named_that_it_takes(string source, string expected)
    {
        var op = new Op { File = new FileOp { Actions = { new FileAction { SecondaryInput = 0, Copy = new FileActionCopy { Src = source } } } } };
        var before = new StepReason("COPY", op, ["1"]);
        Assert.Equal(expected, MissedCache.Explain(before, before with { Inputs = ["2"] }, [new MissedInput("load build context", false, null, false, ["a.txt", "b.txt", "sub/c", "sub/d"])]));
    }

    private static StepReason Run(Action<ExecOp>? change = null)
    {
        var exec = new ExecOp { Meta = new Meta { Args = { "x" } } };
        change?.Invoke(exec);
        return new StepReason("RUN x", new Op { Exec = exec }, ["1"]);
    }
}
