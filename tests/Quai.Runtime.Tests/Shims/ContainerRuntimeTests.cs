using System.Text;
using Quai.Oci.Runtime;
using Quai.Runtime.Logging;
using Quai.Runtime.Cgroups;

namespace Quai.Runtime.Tests.Shims;

/// <summary>Real containers under real shims.</summary>
public sealed class ContainerRuntimeTests
{
    [Fact]
    public async Task OutputReachesTheClientAndTheLogAndTheCodeIsTheProgramsOwn()
    {
        await using TestContainer container = new("sh", "-c", "echo out; echo err >&2; exit 7");
        (string output, ContainerExit exit) = await container.RunAsync();
        Assert.Contains("out\n", output, StringComparison.Ordinal);
        Assert.Contains("err\n", output, StringComparison.Ordinal);
        Assert.Equal(7, exit.ExitCode);
        Assert.False(exit.OomKilled);
        Assert.Matches("\\{\"log\":\"out\\\\n\",\"stream\":\"stdout\",\"time\":\"20[0-9T:.-]+Z\"\\}\n", container.Log);
        Assert.Contains("{\"log\":\"err\\n\",\"stream\":\"stderr\"", container.Log, StringComparison.Ordinal);
        Assert.Equal(exit, container.Runtime.ReadExit(container.RunDirectory));
    }

    [Fact]
    public async Task StdinFlowsInAndItsEndReachesTheProgram()
    {
        await using TestContainer container = new("sort");
        (string output, ContainerExit exit) = await container.RunAsync("b\na\n");
        Assert.Equal("a\nb\n", output);
        Assert.Equal(0, exit.ExitCode);
    }

    [Fact]
    public async Task MuchOutputArrivesWholeThoughTheClientIsSlow()
    {
        await using TestContainer container = new("seq", "1", "200000");
        container.Launch = container.Launch with { AttachAtStart = new AttachStreams(false, true, true) };
        IShim shim = await container.StartAsync();
        await Task.Delay(300);
        string output = await TestContainer.ReadAllAsync(shim.InitialAttach!, terminal: false);
        Assert.EndsWith("199999\n200000\n", output, StringComparison.Ordinal);
        Assert.Equal(200000, output.Count(c => c == '\n'));
        await shim.Exit;
        Assert.Equal(200000, File.ReadLines(container.LogPath).Count());
    }

    [Fact]
    public async Task TheContainerHasItsOwnNamespacesAndRoot()
    {
        await using TestContainer container = new("sh", "-c", "hostname; echo $$; ls / | tr '\\n' ' '; ls -d /proc/1; cat /proc/self/cgroup | grep memory; cat /proc/keys | wc -c; touch /made");
        (string output, _) = await container.RunAsync();
        Assert.StartsWith("testhost\n1\nbin dev etc proc sys tmp ", output, StringComparison.Ordinal);
        Assert.Contains("memory:/\n", output, StringComparison.Ordinal);
        Assert.EndsWith("\n0\n", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(container.Upper, "made")));
        Assert.DoesNotContain(container.Id, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CapabilitiesAndDevicesAreLimited()
    {
        await using TestContainer container = new("sh", "-c", "grep -E 'Cap(Eff|Prm|Bnd|Inh)|NoNewPrivs' /proc/self/status; echo x > /dev/null && head -c 4 /dev/zero | wc -c; ls /dev | tr '\\n' ' '");
        (string output, _) = await container.RunAsync();
        Assert.Contains("CapEff:\t00000000a80425fb", output, StringComparison.Ordinal);
        Assert.Contains("CapBnd:\t00000000a80425fb", output, StringComparison.Ordinal);
        Assert.Contains("CapInh:\t0000000000000000", output, StringComparison.Ordinal);
        Assert.Contains("\n4\n", output, StringComparison.Ordinal);
        Assert.Contains("full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATerminalIsTheContainersOwn()
    {
        await using TestContainer container = new("sh", "-c", "tty; stty size; cat /proc/self/stat | wc -l; read line; echo got $line");
        container.Spec.Process!.Terminal = true;
        container.Spec.Process.ConsoleSize = new ConsoleSize { Height = 33, Width = 101 };
        (string output, ContainerExit exit) = await container.RunAsync("hello\n");
        Assert.Contains("/dev/pts/0\r\n", output, StringComparison.Ordinal);
        Assert.Contains("33 101\r\n", output, StringComparison.Ordinal);
        Assert.Contains("got hello\r\n", output, StringComparison.Ordinal);
        Assert.Equal(0, exit.ExitCode);
    }

    [Fact]
    public async Task ExecRunsBesideTheFirstProcessAndSignalsEndIt()
    {
        await using TestContainer container = new("sleep", "1000");
        IShim shim = await container.StartAsync();
        IExecProcess exec = await shim.ExecAsync(
            new ExecLaunch
            {
                Id = container.Id,
                Process = new Oci.Runtime.Process { Args = ["sh", "-c", "cat; hostname; grep NSpid /proc/self/status; exit 3"], Env = ["PATH=/bin"], Capabilities = new CapabilitySets() },
                Attach = new AttachStreams(true, true, true),
            },
            CancellationToken.None);
        await exec.Streams!.Stream.WriteAsync("in\n"u8.ToArray());
        exec.Streams.CompleteWriting();
        string output = await TestContainer.ReadAllAsync(exec.Streams, terminal: false);
        Assert.StartsWith("in\ntesthost\n", output, StringComparison.Ordinal);
        Assert.Equal(3, await exec.Exit.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Contains(shim.Pid, CgroupTree.Open(container.CgroupsPath).Processes());
        await shim.SignalAsync(15, CancellationToken.None);
        await shim.SignalAsync(9, CancellationToken.None);
        Assert.Equal(137, (await shim.Exit.WaitAsync(TimeSpan.FromSeconds(5))).ExitCode);
        await container.Runtime.CleanUpAsync(container.RunDirectory, container.CgroupsPath, CancellationToken.None);
        Assert.False(CgroupTree.Open(container.CgroupsPath).Exists);
        Assert.False(Directory.Exists(container.RunDirectory));
    }

    [Theory]
    [InlineData("nosuchprogram", 127, "exec: \"nosuchprogram\": executable file not found in $PATH")]
    [InlineData("/nope", 127, "exec: \"/nope\": stat /nope: no such file or directory")]
    [InlineData("/etc", 126, "exec: \"/etc\": is a directory")]
    public async Task AProgramThatCannotBeExecutedIsNamed(string program, int code, string message)
    {
        await using TestContainer container = new(program);
        RuntimeStartException failure = await Assert.ThrowsAsync<RuntimeStartException>(() => container.StartAsync());
        Assert.Equal(message, failure.Message);
        Assert.Equal(code, failure.ExitCode);
        Assert.False(CgroupTree.Open(container.CgroupsPath).Exists);
        Assert.False(Directory.Exists(container.RunDirectory));
    }

    [Fact]
    public async Task AnotherDaemonFindsTheContainerAgain()
    {
        await using TestContainer container = new("sh", "-c", "sleep 1; echo later; exit 5");
        IShim first = await container.StartAsync();
        await first.DisposeAsync();
        IShim? second = await container.Runtime.ReconnectAsync(container.Id, container.RunDirectory, CancellationToken.None);
        Assert.NotNull(second);
        Assert.Equal(first.Pid, second.Pid);
        AttachConnection client = await second.AttachAsync(new AttachStreams(false, true, true), CancellationToken.None);
        Assert.Equal("later\n", await TestContainer.ReadAllAsync(client, terminal: false));
        Assert.Equal(5, (await second.Exit.WaitAsync(TimeSpan.FromSeconds(5))).ExitCode);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task AMemoryHogIsKilledAndSaidToBe()
    {
        await using TestContainer container = new("sh", "-c", "x=a; while true; do x=$x$x; done");
        container.Spec.Linux!.Resources!.Memory = new MemoryResources { Limit = 16 << 20, Swap = 16 << 20 };
        IShim shim = await container.StartAsync();
        ContainerExit exit = await shim.Exit.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(exit.OomKilled);
        Assert.Equal(137, exit.ExitCode);
    }

    [Fact]
    public async Task AFrozenContainerStandsStill()
    {
        await using TestContainer container = new("sh", "-c", "while true; do echo x; done");
        container.Launch = container.Launch with { Log = new LogSettings() };
        await container.StartAsync();
        ICgroup cgroup = CgroupTree.Open(container.CgroupsPath);
        await cgroup.FreezeAsync(CancellationToken.None);
        ulong before = cgroup.ReadStats().CpuTotal;
        await Task.Delay(100);
        Assert.Equal(before, cgroup.ReadStats().CpuTotal);
        await cgroup.ThawAsync(CancellationToken.None);
        Assert.True(before > 0);
    }

    [Fact]
    public async Task ALogIsRotated()
    {
        await using TestContainer container = new("seq", "1", "20000");
        container.Launch = container.Launch with { Log = new LogSettings { File = new LogFile(container.LogPath, 200_000, 3) } };
        IShim shim = await container.StartAsync();
        await shim.Exit.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(File.Exists(container.LogPath + ".1"));
        Assert.True(File.Exists(container.LogPath + ".2"));
        Assert.False(File.Exists(container.LogPath + ".3"));
        string last = Encoding.UTF8.GetString(File.ReadAllBytes(container.LogPath));
        Assert.Contains("\"log\":\"20000\\n\"", last.Length > 0 ? last : File.ReadAllText(container.LogPath + ".1"), StringComparison.Ordinal);
    }
}
